import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { leftovers } from "./support/engineBooks.ts"
import { inWorld } from "./support/inWorld.ts"
import { runRandomProgram } from "./support/randomProgram.ts"

// PROGRAMS=100000 SEED=5 runs that many others. A failure says its seed, and with it alone it happens again.
const programs = Number(process.env["PROGRAMS"] ?? 3000)
const firstSeed = Number(process.env["SEED"] ?? 1)

describe("random programs, in random orders", () => {
  it("end as they should, and their books are right whenever they rest", { timeout: 3_600_000 }, async () => {
    const done: Record<string, number> = {}
    for (let seed = firstSeed; seed < firstSeed + programs; seed++) {
      const program = await runRandomProgram(seed)
      if (program.faults.length > 0) assert.fail(`seed ${seed}\n${program.describe()}`)
      for (const [what, count] of Object.entries(program.counts)) done[what] = (done[what] ?? 0) + count
    }
    if (programs < 1000) return
    // That they do enough of everything to mean something.
    for (const [what, count] of Object.entries(done)) assert.isAbove(count, programs / 100, what)
    assert.isAtLeast(Object.keys(done).length, 22)
  })
})

describe("workers that come late, as they do where making one takes turns", () => {
  const giveWayAlways = { yieldChance: 1 }
  const make = (options: FiberExecutor.Options) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, ...options }).pipe(Scope.provide(scope))
      return { scope, executor }
    })

  it(
    "a submitter that waits for room gets it when the one that is pending gets its worker",
    inWorld(
      () =>
        Effect.gen(function* () {
          const { executor, scope } = yield* make({ capacity: 1 })
          const first = yield* executor.submit(Effect.never)
          const second = yield* Effect.forkChild(executor.submit(Effect.never), { startImmediately: true })
          const future = yield* Fiber.join(second)
          assert.deepStrictEqual([first.state, future.state], ["running", "pending"])
          yield* Scope.close(scope, Exit.void)
        }),
      giveWayAlways
    )
  )

  it(
    "a worker for which nobody waits any more is given back, and is room for whoever waits for that",
    inWorld(
      () =>
        Effect.gen(function* () {
          const { executor, scope } = yield* make({ capacity: 0 })
          const first = yield* executor.submit(Effect.never)
          const second = yield* Effect.forkChild(Executor.run(executor, Effect.succeed(1)), { startImmediately: true })
          yield* Effect.sync(() => first.fiber.interruptUnsafe())
          assert.strictEqual(yield* Fiber.join(second), 1)
          yield* Scope.close(scope, Exit.void)
          assert.deepStrictEqual(leftovers(executor), [])
        }),
      giveWayAlways
    )
  )

  it(
    "a shutdown does not wait for a worker that was asked for, and that nobody needs any more",
    inWorld(
      () =>
        Effect.gen(function* () {
          for (const mode of ["drain", "cancelPending", "interrupt"] as const) {
            const { executor } = yield* make({ maxWorkers: 3 })
            const futures = []
            for (let i = 0; i < 3; i++) futures.push(yield* executor.submit(Effect.never))
            for (const future of futures) yield* Future.cancel(future)
            yield* Executor.shutdown(executor, { mode })
            assert.deepStrictEqual(leftovers(executor), [])
          }
        }),
      giveWayAlways
    )
  )
})
