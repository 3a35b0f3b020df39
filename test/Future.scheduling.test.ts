import { assert, describe, it } from "@effect/vitest"
import type { Exit, Scope } from "effect"
import { Cause, Deferred, Effect, Fiber, Latch, Option, Scheduler, Stream } from "effect"
import type { TaskCancelledError, TaskTimeoutError } from "effect-futures"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { inspect } from "node:util"
import {
  forkNow,
  isCancelledError,
  isWaiting,
  letOthersRun,
  makeThree,
  observersOf,
  pass,
  startJob,
  booleans,
  booleansOf
} from "./support/futures.ts"

describe("Future, under any schedule", () => {
  describe("waiting misses nothing, however often fibers give way", () => {
    interface Wait {
      readonly wait: Effect.Effect<unknown, unknown>
      readonly settle: Effect.Effect<unknown, unknown>
    }

    /** Has a fiber wait that gives way after every few steps, and settles what it waits for in one turn or another. */
    const missesNothing = (make: Effect.Effect<Wait, unknown, Scope.Scope>) =>
      Effect.gen(function* () {
        const missed: Array<string> = []
        for (let steps = 3; steps <= 9; steps++) {
          for (let turns = 0; turns < 14; turns++) {
            const { settle, wait } = yield* make
            const waiter = yield* Effect.forkChild(wait.pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, steps)))
            for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
            yield* settle
            const when = `${steps} steps at a time, settled after ${turns} turns`
            if (yield* isWaiting(waiter)) missed.push(when)
            else if (waiter.pollUnsafe()?._tag === "Failure") missed.push(`${when}: ${inspect(waiter.pollUnsafe())}`)
            yield* Fiber.interrupt(waiter)
          }
        }
        assert.deepStrictEqual(missed, [])
      }).pipe(Effect.scoped)

    const byHand = (wait: (future: Future.Future<number>, other: Future.Future<number>) => Wait["wait"]) =>
      missesNothing(
        Effect.gen(function* () {
          const future = yield* Future.make<number>()
          const other = yield* Future.make<number>()
          return { wait: wait(future, other), settle: Future.succeed(future, 1) }
        })
      )

    it.effect("join", () => byHand((future) => future))
    it.effect("await", () => byHand((future) => Future.await(future)))
    it.effect("result", () => byHand((future) => Future.result(future, { timeout: "1 second" })))
    it.effect("onDone", () =>
      byHand((future) => {
        const called = Latch.makeUnsafe()
        return Effect.andThen(
          Future.onDone(future, () => called.openUnsafe()),
          called.await
        )
      })
    )
    it.effect("wait for all", () => byHand((future) => Future.wait([future])))
    it.effect("wait for the first", () =>
      byHand((future, other) => Future.wait([other, future], { returnWhen: "firstCompleted" }))
    )
    it.effect("asCompleted", () => byHand((future) => Stream.runDrain(Future.asCompleted([future]))))
    it.effect("asCompleted for the first", () =>
      byHand((future, other) => Stream.runDrain(Stream.take(Future.asCompleted([other, future]), 1)))
    )
    it.effect("all", () => byHand((future) => Future.all([future])))
    it.effect("race", () => byHand((future, other) => Future.race([other, future])))

    it.effect("all, when one fails and another never ends", () =>
      missesNothing(
        Effect.gen(function* () {
          const [never, failing] = yield* makeThree
          return { wait: Effect.flip(Future.all([never, failing])), settle: Future.fail(failing, "no") }
        })
      )
    )

    it.effect("join, in a task of the same executor", () =>
      missesNothing(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const end = Deferred.makeUnsafe<number>()
          const wait = Effect.gen(function* () {
            const inner = yield* executor.submit(Deferred.await(end))
            return yield* inner
          })
          return { wait: Executor.run(executor, wait), settle: Deferred.succeed(end, 1) }
        })
      )
    )

    it.effect("cancel", () =>
      missesNothing(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          const job = yield* startJob(executor, { slowCleanup: true })
          return { wait: Future.cancel(job.future), settle: job.cleanup.open }
        })
      )
    )
  })

  describe("waiting leaves no observer behind, wherever it is interrupted", () => {
    const leavesNothing = (
      wait: (future: Future.Future<number>, other: Future.Future<number>) => Effect.Effect<unknown, unknown>
    ) =>
      Effect.gen(function* () {
        const left: Array<string> = []
        for (let steps = 3; steps <= 9; steps++) {
          for (let turns = 0; turns < 14; turns++) {
            const future = yield* Future.make<number>()
            const other = yield* Future.make<number>()
            const waiter = yield* Effect.forkChild(
              wait(future, other).pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, steps))
            )
            for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
            yield* Fiber.interrupt(waiter)
            const observers = observersOf(future) + observersOf(other)
            if (observers > 0) left.push(`${steps} steps at a time, interrupted after ${turns} turns`)
          }
        }
        assert.deepStrictEqual(left, [])
      })

    it.effect("join", () => leavesNothing((future) => future))
    it.effect("await", () => leavesNothing((future) => Future.await(future)))
    it.effect("result", () => leavesNothing((future) => Future.result(future, { timeout: "1 second" })))
    it.effect("wait", () => leavesNothing((future, other) => Future.wait([future, other])))
    it.effect("asCompleted", () =>
      leavesNothing((future, other) => Stream.runDrain(Future.asCompleted([future, other])))
    )
  })

  describe("chains", () => {
    const length = 4000
    // The limit is long enough for a busy machine.
    const limit = 30_000

    for (const maxWorkers of [2, length]) {
      it.effect(
        `of ${length} futures that each join the one before do not overflow the stack, ${maxWorkers} lanes`,
        () =>
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make({ maxWorkers })
            const first = yield* startJob<number>(executor)
            let last: Future.Future<number, TaskTimeoutError | TaskCancelledError> = first.future
            for (let i = 1; i < length; i++) {
              const before = last
              last = yield* executor.submit(Effect.map(before, (n) => n + 1))
            }
            yield* letOthersRun
            yield* Deferred.succeed(first.end, 1)
            assert.strictEqual(yield* last, length)
          }),
        limit
      )

      it.effect(
        `of ${length} futures that each join one submitted later do not overflow it, ${maxWorkers} lanes`,
        () =>
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make({ maxWorkers })
            const all = Latch.makeUnsafe()
            const end = Deferred.makeUnsafe<number>()
            const futures: Array<Future.Future<number, TaskTimeoutError | TaskCancelledError>> = []
            const next = (i: number): Effect.Effect<number, TaskTimeoutError | TaskCancelledError> =>
              Effect.andThen(all.await, () => Effect.map(futures[i + 1]!, (n) => n + 1))
            for (let i = 1; i < length; i++) futures.push(yield* executor.submit(next(i - 1)))
            futures.push(yield* executor.submit(Deferred.await(end)))
            yield* all.open
            const joiner = yield* forkNow(futures[0]!)
            assert.isTrue(yield* isWaiting(joiner))
            yield* Deferred.succeed(end, 1)
            assert.strictEqual(yield* Fiber.join(joiner), length)
          }),
        limit
      )
    }

    it.effect(
      `of ${length} futures that each join the one before pass on that the first was cancelled`,
      () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: length })
          const first = yield* startJob<number>(executor, { name: "first" })
          let last: Future.Future<number, TaskTimeoutError | TaskCancelledError> = first.future
          for (let i = 1; i < length; i++) last = yield* executor.submit(last)
          yield* letOthersRun
          yield* Future.cancel(first.future)
          isCancelledError(yield* Effect.flip(last), "first")
        }),
      limit
    )

    it.effect(
      `of ${length} futures that are settled by callbacks of each other do not overflow the stack`,
      () =>
        Effect.gen(function* () {
          const futures = yield* Effect.forEach(Array.from({ length }), () => Future.make<number>())
          for (const [i, future] of futures.entries()) {
            const next = futures[i + 1]
            if (next !== undefined) yield* Future.onDone(future, () => Future.succeed(next, i + 2))
          }
          yield* Future.succeed(futures[0]!, 1)
          assert.strictEqual(yield* futures[length - 1]!, length)
        }),
      limit
    )

    it.effect(
      `of ${length} joiners of one future do not overflow the stack`,
      () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number>()
          const joiners = yield* Effect.forEach(Array.from({ length }), () => forkNow(future))
          yield* Future.succeed(future, 1)
          assert.strictEqual((yield* Fiber.joinAll(joiners)).length, length)
        }),
      limit
    )
  })

  describe("agreement of state, exit, callbacks and statistics", () => {
    interface Ending {
      readonly how: string
      readonly task?: Effect.Effect<number, string>
      readonly options?: Executor.SubmitOptions
      readonly isQueued?: boolean
      readonly end?: (
        future: Future.Future<unknown, unknown>,
        group: Executor.Executor<unknown>
      ) => Effect.Effect<unknown>
      readonly state: Future.State
      readonly tally: "succeeded" | "failed" | "cancelled" | "timedOut"
      readonly outcome: string
      readonly joined: string
    }
    const cancelled = { state: "cancelled", tally: "cancelled", outcome: "Interrupt" } as const
    const joined = "TaskCancelledError"
    const interrupt = (future: Future.Future<unknown, unknown>) => Fiber.interrupt(future.fiber)
    const endings: ReadonlyArray<Ending> = [
      { how: "a success", task: Effect.succeed(1), state: "finished", tally: "succeeded", outcome: "1", joined: "1" },
      { how: "a failure", task: Effect.fail("no"), state: "finished", tally: "failed", outcome: "no", joined: "no" },
      { how: "a defect", task: Effect.die("oh"), state: "finished", tally: "failed", outcome: "oh", joined: "oh" },
      {
        how: "a timeout",
        options: { timeout: "1 second" },
        end: () => pass("1 second"),
        state: "finished",
        tally: "timedOut",
        outcome: "TaskTimeoutError",
        joined: "TaskTimeoutError"
      },
      { how: "an interruption by itself", task: Effect.interrupt, ...cancelled, joined },
      { how: "a cancellation while it runs", end: (future) => Future.cancel(future), ...cancelled, joined },
      { how: "a cancellation in the queue", isQueued: true, end: (_) => Future.cancel(_), ...cancelled, joined },
      { how: "an interruption of its fiber while it runs", end: interrupt, ...cancelled, joined },
      { how: "an interruption of its fiber in the queue", isQueued: true, end: interrupt, ...cancelled, joined },
      {
        how: "a cancellation before its time limit",
        options: { timeout: "1 day" },
        end: (future) => Future.cancel(future),
        ...cancelled,
        joined
      },
      {
        how: "a shutdown while it runs",
        end: (_, group) => Executor.shutdown(group, { mode: "interrupt" }),
        ...cancelled,
        joined
      },
      {
        how: "a shutdown in the queue",
        isQueued: true,
        end: (_, group) => Executor.shutdown(group, { mode: "cancelPending" }),
        ...cancelled,
        joined
      },
      {
        how: "a failure of its finalizer while it was cancelled",
        task: Effect.ensuring(Effect.never, Effect.die("oh")),
        end: (future) => Future.cancel(future),
        state: "finished",
        tally: "failed",
        outcome: "oh",
        joined: "oh"
      }
    ]

    /** The value or the error, the tag of either, or `Interrupt`. */
    const describeExit = (exit: Exit.Exit<unknown, unknown>): string => {
      const value = exit._tag === "Success" ? exit.value : Cause.squash(exit.cause)
      if (exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)) return "Interrupt"
      return value instanceof Error ? value.name : String(value)
    }

    for (const ending of endings) {
      it.effect(`after ${ending.how}`, () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const blocker = ending.isQueued === true ? yield* startJob(executor) : undefined
          const group = yield* Executor.group(executor)
          const never: Effect.Effect<number, string> = Effect.never
          const future = yield* group.submit(ending.task ?? never, ending.options)

          const seen: Array<unknown> = []
          const look = Effect.gen(function* () {
            const { cancelled, failed, pending, running, succeeded, timedOut } = yield* Executor.stats(group)
            const tallies = { cancelled, failed, succeeded, timedOut }
            return {
              state: future.state,
              booleans: booleans(future),
              printed: String(future).includes(`) ${ending.state}`),
              exit: describeExit(future.fiber.pollUnsafe()!),
              polled: describeExit(Option.getOrThrow(yield* Future.poll(future))),
              joined: describeExit(yield* Effect.exit(future)),
              pending,
              running,
              tallies
            }
          })
          yield* Future.onDone(future, () => Effect.map(look, (_) => seen.push(_)))
          const joiner = yield* forkNow(Effect.exit(future))
          const awaiter = yield* forkNow(Future.await(future))
          const ofFiber = yield* forkNow(Fiber.await(future.fiber))
          yield* letOthersRun
          if (ending.end !== undefined) yield* ending.end(future, group)

          assert.strictEqual(describeExit(yield* Fiber.join(joiner)), ending.joined)
          assert.strictEqual(yield* Fiber.join(awaiter), yield* Fiber.join(ofFiber))
          seen.push(yield* look)
          const tallies = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0, [ending.tally]: 1 }
          const facts = {
            state: ending.state,
            booleans: booleansOf[ending.state],
            printed: true,
            exit: ending.outcome,
            polled: ending.outcome,
            joined: ending.joined,
            pending: 0,
            running: 0,
            tallies
          }
          assert.deepStrictEqual(seen, [facts, facts])

          if (blocker !== undefined) yield* Deferred.succeed(blocker.end, "done")
          yield* Executor.awaitIdle(executor)
          const { pending, running } = yield* Executor.stats(executor)
          assert.deepStrictEqual({ pending, running }, { pending: 0, running: 0 })
        })
      )
    }
  })
})
