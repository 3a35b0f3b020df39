import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Latch, pipe, Scope, Stream } from "effect"
import { FiberExecutor, Future } from "effect-futures"
import { inspect } from "node:util"
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

describe("Future, several as they end", () => {
  describe("asCompleted", () => {
    it.effect("gives the futures in the order in which they end", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const after = (seconds: number) =>
          executor.submit(Effect.sleep(`${seconds} seconds`), { name: `after ${seconds}` })
        const futures = yield* Effect.forEach([3, 1, 2], after)
        const seen: Array<string> = []
        const consumer = yield* forkNow(
          Stream.runForEach(Future.asCompleted(futures), (future) => Effect.sync(() => seen.push(future.name)))
        )
        yield* pass("1 second")
        assert.deepStrictEqual(seen, ["after 1"])
        yield* pass("1 second")
        assert.deepStrictEqual(seen, ["after 1", "after 2"])
        yield* pass("1 second")
        yield* Fiber.join(consumer)
        assert.deepStrictEqual(seen, ["after 1", "after 2", "after 3"])
      })
    )

    it.effect("gives those that are done already first", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        yield* Future.succeed(c, 1)
        yield* Future.succeed(b, 1)
        const consumer = yield* forkNow(Stream.runCollect(Future.asCompleted([a, b, c])))
        assert.isTrue(yield* isWaiting(consumer))
        yield* Future.succeed(a, 1)
        const order = names(yield* Fiber.join(consumer))
        assert.deepStrictEqual([order.slice(0, 2).toSorted(), order[2]], [["b", "c"], "a"])
      })
    )

    it.effect("gives futures that failed, died or were cancelled as it does others", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const consumer = yield* forkNow(Stream.runCollect(Future.asCompleted([a, b, c])))
        yield* Future.fail(b, "no")
        yield* Future.cancel(c)
        yield* Future.failCause(a, Cause.die("oh"))
        assert.deepStrictEqual(yield* Fiber.join(consumer), [b, c, a])
      })
    )

    it.effect("keeps what ends while its consumer is busy, in order", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const busy = Latch.makeUnsafe()
        const seen: Array<string> = []
        const consumer = yield* forkNow(
          Stream.runForEach(Future.asCompleted([a, b, c]), (future) =>
            Effect.andThen(busy.await, () => Effect.sync(() => seen.push(future.name)))
          )
        )
        yield* Future.succeed(b, 1)
        yield* letOthersRun
        yield* Future.succeed(c, 1)
        yield* Future.succeed(a, 1)
        yield* busy.open
        yield* Fiber.join(consumer)
        assert.deepStrictEqual(seen, ["b", "c", "a"])
      })
    )

    for (const [finished, message] of [
      [4, "2 (of 6) futures unfinished"],
      [3, "3 (of 6) futures unfinished"],
      [0, "6 (of 6) futures unfinished"]
    ] as const) {
      it.effect(`fails at the timeout with TimeoutError and "${message}", after giving those that ended`, () =>
        Effect.gen(function* () {
          const futures = yield* Effect.forEach(Array.from({ length: 6 }), () => Future.make<number>())
          const seen: Array<Future.Future<number>> = []
          const consumer = yield* forkNow(
            Future.asCompleted(futures, { timeout: "5 seconds" }).pipe(
              Stream.runForEach((future) => Effect.sync(() => seen.push(future))),
              Effect.flip
            )
          )
          yield* pass("4999 millis")
          for (const future of futures.slice(0, finished)) yield* Future.succeed(future, 1)
          assert.isTrue(yield* isWaiting(consumer))
          yield* pass("1 millis")
          const error = yield* Fiber.join(consumer)
          assert.isTrue(Cause.isTimeoutError(error))
          assert.strictEqual(error.message, message)
          assert.deepStrictEqual(seen, futures.slice(0, finished))
        })
      )
    }

    it.effect("does not touch the futures that are left at the timeout", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const consumer = yield* forkNow(
          Effect.flip(Stream.runDrain(Future.asCompleted([job.future], { timeout: "1 second" })))
        )
        yield* pass("1 second")
        yield* Fiber.join(consumer)
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
        assert.strictEqual(observersOf(job.future), 0)
      })
    )

    it.effect("counts the timeout from when the stream starts, not from when it was made", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const stream = Future.asCompleted([future], { timeout: "2 seconds" })
        yield* pass("1 hour")
        const consumer = yield* forkNow(Stream.runCollect(stream))
        yield* pass("1 second")
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(yield* Fiber.join(consumer), [future])
      })
    )

    it.effect("counts the timeout for all of the stream, not for each future", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const consumer = yield* forkNow(
          Effect.flip(Stream.runDrain(Future.asCompleted([a, b], { timeout: "10 seconds" })))
        )
        yield* pass("8 seconds")
        yield* Future.succeed(a, 1)
        yield* pass("1999 millis")
        assert.isTrue(yield* isWaiting(consumer))
        yield* pass("1 millis")
        assert.strictEqual((yield* Fiber.join(consumer)).message, "1 (of 2) futures unfinished")
      })
    )

    it.effect("does not fail at the timeout if all had ended by then, however slow the consumer is", () =>
      Effect.gen(function* () {
        const futures = yield* makeThree
        for (const future of futures) yield* Future.succeed(future, 1)
        const consumer = yield* forkNow(
          Future.asCompleted(futures, { timeout: "1 second" }).pipe(
            Stream.rechunk(1),
            Stream.mapEffect((future) => Effect.as(Effect.sleep("1 minute"), future)),
            Stream.runCollect
          )
        )
        yield* pass("3 minutes")
        assert.deepStrictEqual(yield* Fiber.join(consumer), futures)
      })
    )

    it.effect("with a timeout of zero gives what is done and then fails if any is left", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const seen: Array<string> = []
        const consumer = yield* forkNow(
          Future.asCompleted([a, b], { timeout: 0 }).pipe(
            Stream.runForEach((future) => Effect.sync(() => seen.push(future.name))),
            Effect.flip
          )
        )
        yield* pass(0)
        assert.strictEqual((yield* Fiber.join(consumer)).message, "1 (of 2) futures unfinished")
        assert.deepStrictEqual(seen, ["a"])
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([a], { timeout: 0 })), [a])
      })
    )

    it.effect("gives one that is given twice once, and counts it once", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const consumer = yield* forkNow(
          Future.asCompleted([a, b, a, b], { timeout: "1 second" }).pipe(Stream.runDrain, Effect.flip)
        )
        yield* pass("1 second")
        assert.strictEqual((yield* Fiber.join(consumer)).message, "1 (of 2) futures unfinished")
        yield* Future.succeed(b, 1)
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([a, b, a, b])), [a, b])
      })
    )

    it.effect("of none ends at once", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([])), [])
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([], { timeout: "1 second" })), [])
      })
    )

    it.effect("takes a set and what a generator gives", () =>
      Effect.gen(function* () {
        const a = yield* ended(Exit.succeed(1))
        const b = yield* ended(Exit.succeed(2))
        for (const futures of [generated(a, b), new Set([a, b])]) {
          assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted(futures)), [a, b])
        }
      })
    )

    it.effect("takes its options from a pipe too, or none", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(b, 2)
        const timed = pipe([a, b], Future.asCompleted({ timeout: 0 }))
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(timed))).message, "1 (of 2) futures unfinished")
        const streams = [
          pipe([b], Future.asCompleted({ timeout: "1 second" })),
          pipe(new Set([b]), Future.asCompleted({})),
          pipe([b], Future.asCompleted()),
          pipe([b], Future.asCompleted)
        ]
        for (const stream of streams) assert.deepStrictEqual(yield* Stream.runCollect(stream), [b])
      })
    )

    it.effect("may be run again", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const stream = Future.asCompleted([a, b])
        yield* Future.succeed(b, 1)
        assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(stream, 1)), [b])
        yield* Future.succeed(a, 1)
        assert.strictEqual((yield* Stream.runCollect(stream)).length, 2)
      })
    )

    it.effect("ends when the executor's scope closes: all of its futures are done then", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* Scope.provide(FiberExecutor.make({ maxWorkers: 1 }), scope)
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        const consumer = yield* forkNow(Stream.runCollect(Future.asCompleted([running.future, pending])))
        yield* Scope.close(scope, Exit.void)
        const futures = yield* Fiber.join(consumer)
        assert.deepStrictEqual(new Set(futures), new Set([running.future, pending]))
        for (const future of futures) assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("takes back its observers when the consumer stops or is interrupted", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const stopping = yield* forkNow(Stream.runDrain(Stream.take(Future.asCompleted([a, b, c]), 1)))
        const interrupted = yield* forkNow(Stream.runDrain(Future.asCompleted([a, b, c])))
        assert.strictEqual(observersOf(b), 2)
        yield* Future.succeed(a, 1)
        yield* Fiber.join(stopping)
        assert.deepStrictEqual([observersOf(b), observersOf(c)], [1, 1])
        yield* Fiber.interrupt(interrupted)
        assert.deepStrictEqual([observersOf(b), observersOf(c)], [0, 0])
      })
    )

    it.effect("in a task gives what has ended when time is up, even if the task's worker is busy", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const outer = yield* executor.submit(
          Effect.gen(function* () {
            const inner = yield* executor.submit(Effect.sleep("1 second"), { name: "inner" })
            yield* executor.submit(Effect.sleep("1 minute"))
            return names(yield* Stream.runCollect(Future.asCompleted([inner], { timeout: "2 seconds" })))
          })
        )
        yield* pass("1 second")
        yield* pass("1 second")
        yield* pass("1 minute")
        assert.deepStrictEqual(yield* outer, ["inner"])
      })
    )

    for (const timeout of badTimeouts) {
      it.effect(`dies of ${inspect(timeout)} as a timeout`, () =>
        diesOf("timeout", timeout, () => Stream.runDrain(Future.asCompleted([], { timeout: asTimeout(timeout) })))
      )
    }
  })
})
