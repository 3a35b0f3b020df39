import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { type Queued, TaskQueue, unqueue } from "../src/internal/executor/queues/TaskQueue.ts"
import { leftovers } from "./support/engineState.ts"
import { inWorld } from "./support/inWorld.ts"
import { outcomeOf } from "./support/outcomeOf.ts"
import { Random } from "./support/Random.ts"
import { runRandomPrograms } from "./support/randomPrograms.ts"

describe("random programs, in random orders", () => {
  it("end as they should, and their counters are right whenever they rest", { timeout: 3_600_000 }, () =>
    runRandomPrograms(300)
  )
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

describe("deadlines", () => {
  it(
    "come when they are due, however many there are, and for nobody who has ended before",
    inWorld((world) =>
      Effect.gen(function* () {
        const { random } = world
        const executor = yield* FiberExecutor.make({ maxWorkers: 8, queueTimeout: 15 })
        const wrong: Array<unknown> = []
        let late = 0
        let queued = 0
        const rounds = 500
        for (let i = 0; i < rounds; i++) {
          const limit = random.pick([3, 7, 7, 7, 20.5, 1 + random.below(50)])
          const takes = random.pick([1, 5, 5, 19, 60])
          const submitted = world.clock.millis
          let started: number | undefined
          const future = yield* executor.submit(
            Effect.suspend(() => {
              started = world.clock.millis
              return Effect.sleep(takes)
            }),
            { timeout: limit }
          )
          if (random.chance(0.1)) yield* Effect.forkChild(Future.cancel(future))
          yield* Future.onDone(future, () => {
            const outcome = outcomeOf(future.fiber.pollUnsafe()!)
            const took = world.clock.millis - (started ?? submitted)
            if (outcome === "cancelled") return
            if (outcome === "timedOut" && started === undefined) queued++
            else if (outcome === "timedOut") late++
            // Sleeps are whole milliseconds, so a limit that is none comes at the next.
            const wanted = started === undefined ? 15 : Math.min(takes, Math.ceil(limit))
            if (took !== wanted) wrong.push({ outcome, limit, takes, took, started })
          })
          yield* Effect.sleep(random.pick([0, 0, 0, 1, 2]))
        }
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(wrong, [])
        assert.isAbove(late, 50)
        assert.isAbove(queued, 20)
      })
    )
  )
})

describe("the line", () => {
  interface Named extends Queued {
    readonly name: number
  }
  const node = (name: number, priority: number): Named => ({ segment: undefined, index: 0, priority, name })

  it("puts what has had its turn once before the others of its priority, and behind those that are more urgent", () => {
    const queue = new TaskQueue<Named>()
    const again = node(3, 0)
    for (const each of [node(1, 0), node(2, 0), node(4, 1), node(5, -1)]) queue.push(each)
    queue.unshift(again)
    assert.deepStrictEqual(
      queue.toArray().map(({ name }) => name),
      [4, 3, 1, 2, 5]
    )
    assert.strictEqual(queue.size, 5)
  })

  it("gives what a sorted list would, whatever is put in and taken out", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = new Random(seed)
      const priorities = 1 + random.below(seed)
      const queue = new TaskQueue<Named>()
      const list: Array<Named> = []
      const best = () => list.findIndex((each) => each.priority === Math.max(...list.map((_) => _.priority)))
      for (let i = 0; i < 300; i++) {
        if (random.chance(0.55)) {
          const added = node(i, random.chance(0.05) ? Infinity : random.below(priorities) - 3)
          queue.push(added)
          list.push(added)
        } else if (list.length > 0 && random.chance(0.5)) {
          const [removed] = list.splice(random.below(list.length), 1)
          unqueue(removed!)
        } else {
          const [wanted] = list.splice(best(), list.length === 0 ? 0 : 1)
          assert.strictEqual(queue.take(), wanted, `seed ${seed}`)
        }
        assert.strictEqual(queue.size, list.length, `seed ${seed}`)
      }
      const sorted = list.toSorted((a, b) => (a.priority === b.priority ? 0 : b.priority - a.priority))
      assert.deepStrictEqual(queue.toArray(), sorted, `seed ${seed}`)
    }
  })
})
