import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { InvalidOptionsError } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { forgetful, locked, sleeping, sometimesSleeping } from "./fixtures/proofs.ts"
import { failureOf } from "./support.ts"

const cases: ReadonlyArray<readonly [name: string, program: Effect.Effect<void>, options: Interleave.Options]> = [
  ["a proof", locked, { strategy: "exhaustive" }],
  ["a proof that is cut short", locked, { strategy: "exhaustive", maxSchedules: 777 }],
  ["every failure, with its shortest schedule", forgetful, { strategy: "exhaustive" }],
  ["failures as far as they were tried", forgetful, { strategy: "exhaustive", maxSchedules: 300 }],
  ["a proof by delays", locked, { strategy: "delay", maxDelays: 2 }],
  [
    "failures that threads find, as the program waits",
    sleeping,
    { strategy: "exhaustive", maxPreemptions: 3, maxSchedules: 2000 }
  ],
  [
    "a proof of a program that begins to wait",
    sometimesSleeping,
    { strategy: "exhaustive", maxPreemptions: 3, maxSchedules: 2000 }
  ]
]

/** All of a report but its functions, with messages and traces of failures. */
const toData = (report: Interleave.Report): unknown => JSON.parse(JSON.stringify(report))

/** How many threads are started meanwhile. */
const threadsOf = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<number, E> =>
  Effect.suspend(() => {
    let threads = 0
    const count = () => void threads++
    process.on("worker", count)
    const stop = Effect.sync(() => process.off("worker", count))
    return Effect.map(Effect.ensuring(effect, stop), () => threads)
  })

describe("Interleave with workers", () => {
  it.live.each(cases)("gives the same as without: %s", ([, program, options]) =>
    Effect.gen(function* () {
      const alone = yield* Interleave.explore(program, options)
      const together = yield* Interleave.explore(program, { ...options, workers: 2 })
      assert.deepStrictEqual(toData(together), toData(alone))
    })
  )

  it.live("fails with the same failure as without", () =>
    Effect.gen(function* () {
      const alone = yield* failureOf(forgetful, { strategy: "exhaustive" })
      const together = yield* failureOf(forgetful, { workers: 2 })
      assert.strictEqual(together.message, alone.message)
    })
  )

  it.live("starts no thread for a few schedules", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* threadsOf(Interleave.explore(forgetful, { workers: 2 })), 0)
    })
  )

  it.live("has the caller's own thread for one of them", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* threadsOf(Interleave.explore(locked, { workers: 2 })), 1)
    })
  )

  it.live("has threads only if the program waits", () =>
    Effect.gen(function* () {
      const waiting = Interleave.explore(sleeping, { workers: 2, maxPreemptions: 3, maxSchedules: 3000 })
      assert.strictEqual(yield* threadsOf(waiting), 2)
    })
  )

  it.live("lets others go on meanwhile, and stops at once when it is interrupted", () =>
    Effect.gen(function* () {
      const exploring = yield* Effect.forkChild(Interleave.explore(locked, { workers: 2, maxPreemptions: Infinity }))
      for (let i = 0; i < 20; i++) yield* Effect.sleep(10)
      yield* Fiber.interrupt(exploring)
      assert.isTrue(Exit.isFailure(yield* Fiber.await(exploring)))
    })
  )

  it.live("refuses a program that threads cannot import", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Interleave.check(Effect.void, { workers: 2 }))
      assert.include(String(exit), "Interleave.exported")
    })
  )

  it.live("refuses strategies that draw", () =>
    Effect.gen(function* () {
      const defect = yield* Effect.catchDefect(
        Interleave.check(locked, { workers: 2, strategy: "pct" }),
        Effect.succeed
      )
      assert.instanceOf(defect, InvalidOptionsError)
    })
  )
})
