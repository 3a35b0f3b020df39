import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, InvalidStateError } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { assertTag, isWaiting, pass } from "./behaviour/support.ts"
import { defectOf } from "./support/defectOf.ts"
import { letOthersRun } from "./support/letOthersRun.ts"

type Fibers = FiberExecutor.FiberExecutor

/** Fibonacci numbers, each of its own task, which waits for the two before it in the way given. */
const fib =
  (executor: Fibers, wait: (futures: readonly [Result, Result]) => Effect.Effect<unknown, unknown>) =>
  (n: number): Effect.Effect<number, unknown> =>
    n < 2
      ? Effect.succeed(n)
      : Effect.gen(function* () {
          const again = fib(executor, wait)
          const futures = [yield* executor.submit(again(n - 1)), yield* executor.submit(again(n - 2))] as const
          yield* wait(futures)
          return (yield* futures[0]) + (yield* futures[1])
        })

type Result = Future.Future<number, unknown>

describe("a task that waits for its own executor, on one worker", () => {
  const waysToWait: ReadonlyArray<
    readonly [string, (futures: readonly [Result, Result]) => Effect.Effect<unknown, unknown>]
  > = [
    ["joins", () => Effect.void],
    ["uses Future.join", ([one, other]) => Effect.andThen(Future.join(other), Future.join(one))],
    ["uses Future.await", ([one, other]) => Effect.andThen(Future.await(other), Future.await(one))],
    ["uses Future.result", ([one]) => Future.result(one, { timeout: "1 hour" })],
    ["uses Future.all", (futures) => Future.all(futures)],
    ["uses Future.wait", (futures) => Future.wait(futures)],
    ["uses Future.wait for the first", (futures) => Future.wait(futures, { returnWhen: "firstCompleted" })],
    ["uses Future.wait with a timeout", (futures) => Future.wait(futures, { timeout: "1 hour" })],
    ["uses Future.asCompleted", (futures) => Stream.runDrain(Future.asCompleted(futures))],
    ["joins in several fibers", (futures) => Effect.all(futures, { concurrency: "unbounded" })]
  ]

  for (const [how, wait] of waysToWait) {
    it.effect(`does not stand in its own way when it ${how}`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        assert.strictEqual(yield* Executor.run(executor, fib(executor, wait)(9)), 34)
      })
    )
  }

  it.effect("does not stand in its own way when it runs another", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const sum = (from: number, to: number): Effect.Effect<number, unknown> =>
        to - from === 1
          ? Effect.succeed(from)
          : Effect.gen(function* () {
              const middle = (from + to) >> 1
              return (
                (yield* Executor.run(executor, sum(from, middle))) + (yield* Executor.run(executor, sum(middle, to)))
              )
            })
      assert.strictEqual(yield* Executor.run(executor, sum(0, 100)), 4950)
    })
  )

  it.effect("does not stand in its own way when it calls a function with a ttl", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const factorial: (n: number) => Effect.Effect<number, unknown> = Executor.ttl(
        executor,
        (n: number): Effect.Effect<number, unknown> =>
          n === 0 ? Effect.succeed(1) : Effect.map(factorial(n - 1), (product) => product * n),
        { timeout: "1 minute" }
      )
      assert.strictEqual(yield* factorial(10), 3_628_800)
    })
  )

  it.effect("does not stand in its own way when it maps", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const leaves = (depth: number): Effect.Effect<number, unknown> =>
        depth === 0
          ? Effect.succeed(1)
          : Stream.runFold(
              Executor.map(executor, [1, 2, 3], () => leaves(depth - 1)),
              () => 0,
              (sum, n) => sum + n
            )
      assert.strictEqual(yield* Executor.run(executor, leaves(4)), 81)
    })
  )

  it.effect("does not stand in its own way when it waits until the executor is idle", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      let ended = 0
      const tree = (depth: number): Effect.Effect<void, unknown> =>
        Effect.gen(function* () {
          if (depth > 0) {
            yield* executor.submit(tree(depth - 1))
            yield* executor.submit(tree(depth - 1))
            yield* Executor.awaitIdle(executor)
          }
          ended++
        })
      yield* Executor.run(executor, tree(5))
      yield* Executor.awaitIdle(executor)
      assert.strictEqual(ended, 63)
    })
  )

  for (const capacity of [0, 1, 2]) {
    it.effect(`does not stand in its own way when it waits for room to submit, with a capacity of ${capacity}`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity })
        const tree = (depth: number): Effect.Effect<number, unknown> =>
          depth === 0
            ? Effect.succeed(1)
            : Effect.gen(function* () {
                const futures = yield* Effect.forEach([1, 2, 3], () => executor.submit(tree(depth - 1)))
                return (yield* Future.all(futures)).reduce((sum, n) => sum + n, 0)
              })
        assert.strictEqual(yield* Executor.run(executor, tree(4)), 81)
      })
    )
  }

  it.effect("does not stand in its own way when it cancels another, whose finalizer needs a worker", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const log: Array<string> = []
      const cleanUp = Effect.orDie(
        Executor.run(
          executor,
          Effect.sync(() => log.push("cleaned up"))
        )
      )
      yield* Executor.run(
        executor,
        Effect.gen(function* () {
          const begun = yield* Future.make<void>()
          const other = yield* executor.submit(
            Effect.andThen(Future.succeed(begun, undefined), Effect.ensuring(Executor.awaitIdle(executor), cleanUp))
          )
          const nothing = yield* executor.submit(Effect.void)
          yield* Effect.all([nothing, begun])
          log.push(String(yield* Future.cancel(other)))
        })
      )
      assert.deepStrictEqual(log, ["cleaned up", "true"])
    })
  )

  it.effect("does not stand in its own way through groups", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const one = yield* Executor.group(executor)
      const other = yield* Executor.group(one, { maxWorkers: 1 })
      const turns = [executor, one, other]
      const sum = (n: number): Effect.Effect<number, unknown> =>
        n === 0 ? Effect.succeed(0) : Effect.map(Executor.run(turns[n % 3]!, sum(n - 1)), (rest) => rest + n)
      assert.strictEqual(yield* Executor.run(executor, sum(30)), 465)
      assert.strictEqual(yield* Executor.run(other, sum(30)), 465)
    })
  )

  it.effect("does not stand in its own way when it waits for a group that it has made", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const results = yield* Executor.run(
        executor,
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          return yield* Future.all([yield* group.submit(Effect.succeed(1)), yield* group.submit(Effect.succeed(2))])
        })
      )
      assert.deepStrictEqual(results, [1, 2])
    })
  )

  for (const [how, wait] of [
    ["is idle", (group: Executor.Executor<unknown>) => Executor.awaitIdle(group)],
    ["has drained", (group: Executor.Executor<unknown>) => Executor.shutdown(group)]
  ] as const) {
    it.effect(`does not stand in its own way when it waits until a group of its executor ${how}`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const log: Array<string> = []
        yield* Executor.run(
          executor,
          Effect.gen(function* () {
            const group = yield* Executor.group(executor)
            yield* group.submit(Effect.sync(() => log.push("in the group")))
            yield* wait(group)
            log.push("after it")
          })
        )
        assert.deepStrictEqual(log, ["in the group", "after it"])
      })
    )
  }

  const quickAndNever = (executor: Fibers) =>
    Effect.all([executor.submit(Effect.succeed("quick")), executor.submit(Effect.never)])
  const mapped = (executor: Fibers, first: Effect.Effect<string, string>, options?: { readonly ordered: boolean }) =>
    Executor.map(executor, [first, Effect.never, Effect.never], (effect) => effect, options)
  const quick = Effect.succeed("quick")
  const waitForGroup = (executor: Fibers, wait: (group: Executor.Executor<unknown>) => Effect.Effect<void>) =>
    Effect.gen(function* () {
      const group = yield* Executor.group(executor)
      yield* group.submit(quick)
      yield* executor.submit(Effect.never)
      yield* wait(group)
    })
  const waysToWaitForOne: ReadonlyArray<
    readonly [string, (executor: Fibers) => Effect.Effect<unknown, unknown, Scope.Scope>]
  > = [
    ["a result of map", (executor) => Stream.runDrain(Stream.take(mapped(executor, quick), 1))],
    ["a failure of map", (executor) => Effect.flip(Stream.runDrain(mapped(executor, Effect.fail("no"))))],
    [
      "a result of map, whichever comes first",
      (executor) => Stream.runDrain(Stream.take(mapped(executor, quick, { ordered: false }), 1))
    ],
    [
      "the first of asCompleted",
      (executor) =>
        Effect.flatMap(quickAndNever(executor), (futures) =>
          Stream.runDrain(Stream.take(Future.asCompleted(futures), 1))
        )
    ],
    [
      "the first of Future.wait",
      (executor) =>
        Effect.flatMap(quickAndNever(executor), (futures) => Future.wait(futures, { returnWhen: "firstCompleted" }))
    ],
    ["Future.race", (executor) => Effect.flatMap(quickAndNever(executor), (futures) => Future.race(futures))],
    ["a group to be idle", (executor) => waitForGroup(executor, Executor.awaitIdle)],
    ["the end of a group", (executor) => waitForGroup(executor, Executor.shutdown)]
  ]

  for (const [what, wait] of waysToWaitForOne) {
    it.effect(`gets its worker back before those that have not begun, and never would end: it waits for ${what}`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const task = Effect.as(Effect.scoped(wait(executor)), "done")
        assert.strictEqual(yield* Executor.run(executor, task), "done")
      })
    )
  }

  it.effect("goes three thousand levels deep", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const down = (n: number): Effect.Effect<number, unknown> =>
        n === 0
          ? Effect.succeed(0)
          : Effect.flatMap(executor.submit(down(n - 1)), (future) => Effect.map(future, (depth) => depth + 1))
      assert.strictEqual(yield* Executor.run(executor, down(3000)), 3000)
    })
  )

  it.effect("goes three thousand levels deep with run", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const down = (n: number): Effect.Effect<number, unknown> =>
        n === 0 ? Effect.succeed(0) : Effect.map(Executor.run(executor, down(n - 1)), (depth) => depth + 1)
      assert.strictEqual(yield* Executor.run(executor, down(3000)), 3000)
    })
  )

  it.effect("fails three thousand levels deep", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const down = (n: number): Effect.Effect<number, unknown> =>
        n === 0 ? Effect.fail("the bottom") : Executor.run(executor, down(n - 1))
      assert.strictEqual(yield* Effect.flip(Executor.run(executor, down(3000))), "the bottom")
    })
  )
})

describe("a task that waits for its own future", () => {
  const own = (wait: (future: Future.Future<unknown, unknown>) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const self = yield* Deferred.make<Future.Future<unknown, unknown>>()
      const future = yield* executor.submit(Effect.flatMap(Deferred.await(self), wait), { name: "it" })
      yield* Deferred.succeed(self, future)
      return yield* Future.await(future)
    })

  const ways = [
    ["join", (future: Future.Future<unknown, unknown>) => future],
    ["await", (future: Future.Future<unknown, unknown>) => Future.await(future)],
    ["wait", (future: Future.Future<unknown, unknown>) => Future.wait([future])]
  ] as const
  for (const [operation, wait] of ways) {
    it.effect(`dies with an InvalidStateError that says so, and does not hang: ${operation}`, () =>
      Effect.gen(function* () {
        const defect = yield* defectOf(Effect.flatten(own(wait)))
        assert.instanceOf(defect, InvalidStateError)
        assert.match(
          defect.message,
          new RegExp(`^Future.${operation} does not apply to Future.*"it".* running: its own task would wait`)
        )
      })
    )
  }

  it.effect("dies when all others have ended that it waits for", () =>
    Effect.gen(function* () {
      const others = yield* FiberExecutor.make()
      const door = yield* localGate
      const other = yield* others.submit(pass(door, "other"))
      const waiting = yield* Effect.forkChild(own((future) => Future.wait([future, other])))
      yield* letOthersRun
      assert.isTrue(isWaiting(waiting))
      yield* door.open
      assert.instanceOf(yield* defectOf(Effect.flatten(Fiber.join(waiting))), InvalidStateError)
    })
  )

  it.effect("waits for the others if one of them is enough", () =>
    Effect.gen(function* () {
      const others = yield* FiberExecutor.make()
      const door = yield* localGate
      const other = yield* others.submit(pass(door, "other"))
      yield* door.open
      const exit = yield* own((future) => Future.wait([future, other], { returnWhen: "firstCompleted" }))
      assert.strictEqual(exit._tag, "Success")
    })
  )

  for (const [how, wait] of [
    ["all", (future: Future.Future<unknown, unknown>) => Future.all([future])],
    ["race", (future: Future.Future<unknown, unknown>) => Future.race([future])]
  ] as const) {
    it.effect(`ends if it is to cancel itself: ${how}`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* own(wait))._tag, "Failure")
      })
    )
  }

  it.effect("may do so with a time limit", () =>
    Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(own((future) => Future.result(future, { timeout: "1 second" })))
      yield* letOthersRun
      yield* TestClock.adjust("1 second")
      assertTag(yield* Effect.flip(Effect.flatten(Fiber.join(waiting))), "TimeoutError")
    })
  )

  it.effect("may do so in a fiber that it does not wait for", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      yield* own((future) =>
        Effect.forkDetach(
          Effect.andThen(
            Future.await(future),
            Effect.sync(() => heard.push("ended"))
          )
        )
      )
      yield* letOthersRun
      assert.deepStrictEqual(heard, ["ended"])
    })
  )
})
