import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, pipe } from "effect"
import { FiberExecutor, Future } from "effect-futures"
import { inspect } from "node:util"
import { defectOf } from "./support/defectOf.ts"
import {
  asTimeout,
  badTimeouts,
  diesOf,
  ended,
  forkNow,
  isWaiting,
  letOthersRun,
  generated,
  makeThree,
  names,
  observersOf,
  pass,
  startJob
} from "./support/futures.ts"

describe("Future, several waited for", () => {
  describe("wait", () => {
    it.effect("gives what is done and what is not, both in the order given", () =>
      Effect.gen(function* () {
        const futures = yield* Effect.forEach(["a", "b", "c", "d"], (name) => Future.make<number>({ name }))
        yield* Future.succeed(futures[3]!, 1)
        yield* Future.succeed(futures[1]!, 1)
        const { done, notDone } = yield* Future.wait(futures, { timeout: 0 })
        assert.deepStrictEqual(names(done), ["b", "d"])
        assert.deepStrictEqual(names(notDone), ["a", "c"])
        assert.strictEqual(done[0], futures[1])
      })
    )

    it.effect("waits for all unless told otherwise", () =>
      Effect.gen(function* () {
        for (const options of [undefined, {}, { returnWhen: undefined }, { returnWhen: "allCompleted" as const }]) {
          const [a, b, c] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b, c], options))
          yield* Future.fail(b, "no")
          yield* Future.cancel(c)
          assert.isTrue(yield* isWaiting(waiter))
          yield* Future.succeed(a, 1)
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), notDone], [["a", "b", "c"], []])
        }
      })
    )

    it.effect("never fails, whatever the futures ended with", () =>
      Effect.gen(function* () {
        const futures = [yield* ended(Exit.fail("no")), yield* ended(Exit.die("oh")), yield* ended(Exit.interrupt(7))]
        assert.deepStrictEqual((yield* Future.wait(futures)).done, futures)
      })
    )

    it.effect("leaves the futures as they are", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const quick = yield* executor.submit(Effect.void)
        yield* Future.wait([job.future, quick], { returnWhen: "firstCompleted" })
        yield* letOthersRun
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
      })
    )

    it.effect("with firstCompleted comes back after the first that succeeds, fails or is cancelled", () =>
      Effect.gen(function* () {
        const ends = [
          (future: Future.Settable<number, string>) => Future.succeed(future, 1),
          (future: Future.Settable<number, string>) => Future.fail(future, "no"),
          (future: Future.Settable<number, string>) => Future.cancel(future)
        ]
        for (const end of ends) {
          const [a, b, c] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstCompleted" }))
          assert.isTrue(yield* isWaiting(waiter))
          yield* end(b)
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), names(notDone)], [["b"], ["a", "c"]])
        }
      })
    )

    it.effect("with firstException comes back after the first failure or defect, not after a success", () =>
      Effect.gen(function* () {
        for (const cause of [Cause.fail("no"), Cause.die("oh")]) {
          const [a, b, c] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstException" }))
          yield* Future.succeed(a, 1)
          assert.isTrue(yield* isWaiting(waiter))
          yield* Future.failCause(b, cause)
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), names(notDone)], [["a", "b"], ["c"]])
        }
      })
    )

    it.effect("with firstException does not take a cancelled one for an exception", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.cancel(a)
        const waiter = yield* forkNow(Future.wait([a, b], { returnWhen: "firstException" }))
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.fail(b, "no")
        assert.deepStrictEqual(names((yield* Fiber.join(waiter)).done), ["a", "b"])
      })
    )

    it.effect("with firstException comes back when all are done if none fails", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const waiter = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstException" }))
        yield* Future.succeed(a, 1)
        yield* Future.cancel(b)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(c, 1)
        assert.deepStrictEqual(names((yield* Fiber.join(waiter)).done), ["a", "b", "c"])
      })
    )

    it.effect("counts those that are done already, whichever the strategy", () =>
      Effect.gen(function* () {
        const failed = yield* ended<number, string>(Exit.fail("no"), { name: "failed" })
        const open = yield* Future.make<number, string>({ name: "open" })
        for (const returnWhen of ["firstCompleted", "firstException"] as const) {
          const { done, notDone } = Effect.runSync(Future.wait([open, failed], { returnWhen }))
          assert.deepStrictEqual([names(done), names(notDone)], [["failed"], ["open"]])
        }
        const { done, notDone } = Effect.runSync(Future.wait([failed], { returnWhen: "allCompleted" }))
        assert.deepStrictEqual([names(done), notDone], [["failed"], []])
      })
    )

    it.effect("reaching the timeout is no error: it says what was done by then", () =>
      Effect.gen(function* () {
        for (const returnWhen of ["firstException", "allCompleted"] as const) {
          const [a, b] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b], { returnWhen, timeout: "2 seconds" }))
          yield* Future.succeed(b, 1)
          yield* pass("1999 millis")
          assert.isTrue(yield* isWaiting(waiter))
          yield* pass("1 millis")
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), names(notDone)], [["b"], ["a"]])
        }
      })
    )

    it.effect("with a timeout comes back before it when there is enough", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const waiter = yield* forkNow(Future.wait([a, b], { returnWhen: "firstCompleted", timeout: "1 day" }))
        yield* Future.succeed(b, 1)
        assert.deepStrictEqual(names((yield* Fiber.join(waiter)).done), ["b"])
      })
    )

    it.effect("with a timeout of zero does not wait at all", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const { done, notDone } = Effect.runSync(Future.wait([a, b], { timeout: 0 }))
        assert.deepStrictEqual([names(done), names(notDone)], [["a"], ["b"]])
      })
    )

    it.effect("counts one that is given twice once", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const { done, notDone } = yield* Future.wait([a, b, a, b], { timeout: 0 })
        assert.deepStrictEqual([names(done), names(notDone)], [["a"], ["b"]])
      })
    )

    it.effect("of none comes back at once", () =>
      Effect.gen(function* () {
        for (const returnWhen of ["firstCompleted", "firstException", "allCompleted"] as const) {
          assert.deepStrictEqual(Effect.runSync(Future.wait([], { returnWhen })), { done: [], notDone: [] })
        }
      })
    )

    it.effect("takes a set and what a generator gives", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(b, 1)
        for (const futures of [generated(a, b), new Set([a, b])]) {
          const { done, notDone } = yield* Future.wait(futures, { returnWhen: "firstCompleted" })
          assert.deepStrictEqual([names(done), names(notDone)], [["b"], ["a"]])
        }
      })
    )

    it.effect("takes futures of several executors and those made by hand together", () =>
      Effect.gen(function* () {
        const one = yield* FiberExecutor.make()
        const other = yield* FiberExecutor.make()
        const made = yield* ended(Exit.succeed("made"))
        const futures = [yield* one.submit(Effect.succeed(1)), yield* other.submit(Effect.succeed(true)), made]
        assert.strictEqual((yield* Future.wait(futures)).done.length, 3)
      })
    )

    it.effect("takes back its observers: when interrupted, at the timeout, and when there is enough", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const observers = () => [a, b, c].map(observersOf)
        const interrupted = yield* forkNow(Future.wait([a, b, c]))
        assert.deepStrictEqual(observers(), [1, 1, 1])
        yield* Fiber.interrupt(interrupted)
        assert.deepStrictEqual(observers(), [0, 0, 0])
        const late = yield* forkNow(Future.wait([a, b, c], { timeout: "1 second" }))
        assert.deepStrictEqual(observers(), [1, 1, 1])
        yield* pass("1 second")
        yield* Fiber.join(late)
        assert.deepStrictEqual(observers(), [0, 0, 0])
        const enough = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstCompleted" }))
        yield* Future.succeed(a, 1)
        yield* Fiber.join(enough)
        assert.deepStrictEqual(observers(), [0, 0, 0])
      })
    )

    it.effect("dies of an unknown returnWhen, also with nothing to wait for", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        for (const value of ["FIRST_COMPLETED", "", null, 0]) {
          const returnWhen = value as Future.ReturnWhen
          yield* diesOf("returnWhen", value, () => Future.wait([future], { returnWhen }))
          yield* diesOf("returnWhen", value, () => Future.wait([], { returnWhen }))
        }
      })
    )

    it.effect("names the strategies there are when it dies of an unknown one", () =>
      Effect.gen(function* () {
        const defect = yield* defectOf(Future.wait([], { returnWhen: "all" as Future.ReturnWhen }))
        assert.include(String(defect), '"firstCompleted", "firstException" or "allCompleted"')
      })
    )

    it.effect("takes its options from a pipe too, or none", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(b, 2)
        for (const futures of [[a, b], new Set([a, b]), generated(a, b)]) {
          const result = yield* pipe(futures, Future.wait({ returnWhen: "firstCompleted" }))
          assert.deepStrictEqual(result, { done: [b], notDone: [a] })
        }
        assert.deepStrictEqual(yield* pipe([a, b], Future.wait({ timeout: 0 })), { done: [b], notDone: [a] })
        assert.deepStrictEqual(yield* pipe([b], Future.wait({})), { done: [b], notDone: [] })
        assert.deepStrictEqual(yield* pipe([b], Future.wait()), { done: [b], notDone: [] })
        assert.deepStrictEqual(yield* pipe([b], Future.wait), { done: [b], notDone: [] })
        assert.deepStrictEqual(yield* Future.wait([b]), { done: [b], notDone: [] })
      })
    )

    it.effect("dies of bad options from a pipe", () =>
      diesOf("returnWhen", "all", () => pipe([], Future.wait({ returnWhen: "all" as Future.ReturnWhen })))
    )

    for (const timeout of badTimeouts) {
      it.effect(`dies of ${inspect(timeout)} as a timeout`, () =>
        diesOf("timeout", timeout, () => Future.wait([], { timeout: asTimeout(timeout) }))
      )
    }
  })
})
