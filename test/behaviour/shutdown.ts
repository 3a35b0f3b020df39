import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor, ExecutorShutdownError, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { defectOf } from "../support/defectOf.ts"
import {
  assertInvalid,
  begin,
  inOwnScope,
  isWaiting,
  letOthersRun,
  statesOf,
  submitAll,
  until,
  untilStats
} from "./support.ts"
import { Tasks } from "./tasks.ts"

/** `shutdown` and the end of the scope, for executors of any kind. */
export const shutdownBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  /** A task at the gate, whose finalizer passes another gate, and two tasks behind it. */
  const makeBusy = Effect.gen(function* () {
    const { close, made: executor } = yield* inOwnScope(make({ maxWorkers: 1 }))
    const door = yield* gate
    const cleaning = yield* gate
    const running = yield* executor.submit(Tasks.passThenClean(door.address, cleaning.address, "running"))
    const pending = [
      yield* executor.submit(Tasks.pass(door.address, "pending 1")),
      yield* executor.submit(Tasks.pass(door.address, "pending 2"))
    ]
    yield* door.untilArrived(1)
    yield* until(() => Future.isRunning(running))
    return { executor, close, door, cleaning, running, pending, all: [running, ...pending] }
  })

  const modes = ["drain", "cancelPending", "interrupt"] as const

  describe("shutdown", () => {
    it.effect("refuses tasks from then on, at once, with ExecutorShutdownError", () =>
      Effect.gen(function* () {
        for (const mode of modes) {
          const { cleaning, door, executor } = yield* makeBusy
          const shutdown = yield* begin(Executor.shutdown(executor, { mode }))
          assert.isTrue(isWaiting(shutdown))
          const error = yield* Effect.flip(executor.submit(Tasks.add(1, 2)))
          assert.instanceOf(error, ExecutorShutdownError)
          assert.strictEqual(error._tag === "ExecutorShutdownError" && error.executor, executor.name)
          assert.instanceOf(yield* Effect.flip(Executor.run(executor, Tasks.add(1, 2))), ExecutorShutdownError)
          yield* cleaning.open
          yield* door.open
          yield* Fiber.join(shutdown)
        }
      })
    )

    it.effect("drain lets all tasks finish, and waits for them", () =>
      Effect.gen(function* () {
        const { all, cleaning, door, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        yield* letOthersRun
        assert.isTrue(isWaiting(shutdown))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["finished", "finished", "finished"])
        assert.deepStrictEqual(yield* Future.all(all), ["running", "pending 1", "pending 2"])
      })
    )

    it.effect("is drain where no mode is given", () =>
      Effect.gen(function* () {
        const { all, cleaning, door, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(executor.pipe(Executor.shutdown()))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["finished", "finished", "finished"])
      })
    )

    it.effect("cancelPending lets those finish that run and cancels the others, which never run", () =>
      Effect.gen(function* () {
        const { all, cleaning, door, executor, pending } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(executor.pipe(Executor.shutdown({ mode: "cancelPending" })))
        yield* until(() => pending.every(Future.isDone))
        assert.deepStrictEqual(statesOf(all), ["running", "cancelled", "cancelled"])
        assert.isTrue(isWaiting(shutdown))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["finished", "cancelled", "cancelled"])
        assert.deepStrictEqual(door.arrivals, ["running"])
      })
    )

    it.effect("interrupt stops all tasks, and waits for their finalizers", () =>
      Effect.gen(function* () {
        const { all, cleaning, door, executor, pending } = yield* makeBusy
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "interrupt" }))
        yield* cleaning.untilArrived(1)
        yield* until(() => pending.every(Future.isDone))
        assert.isTrue(isWaiting(shutdown))
        assert.deepStrictEqual(statesOf(all), ["running", "cancelled", "cancelled"])
        yield* cleaning.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["cancelled", "cancelled", "cancelled"])
        assert.deepStrictEqual(door.arrivals, ["running"])
      })
    )

    it.effect("turns into interrupt when its timeout is over", () =>
      Effect.gen(function* () {
        const { all, cleaning, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain", timeout: "1 minute" }))
        yield* elapse("59 seconds")
        yield* letOthersRun
        assert.deepStrictEqual(statesOf(all), ["running", "pending", "pending"])
        yield* elapse("1 second")
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["cancelled", "cancelled", "cancelled"])
      })
    )

    it.effect("ends before its timeout when the tasks do", () =>
      Effect.gen(function* () {
        const { all, cleaning, door, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(Executor.shutdown(executor, { timeout: "1 minute" }))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["finished", "finished", "finished"])
      })
    )

    it.effect("leaves no workers", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        yield* submitAll(executor, door, ["one", "other"])
        yield* door.untilArrived(2)
        yield* untilStats(executor, { workers: 2 })
        yield* door.open
        yield* Executor.shutdown(executor)
        assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
      })
    )

    it.effect("ends at once where there is nothing to do, and when it is called again", () =>
      Effect.gen(function* () {
        for (const mode of modes) {
          const executor = yield* make()
          yield* Executor.shutdown(executor, { mode })
          yield* Executor.shutdown(executor, { mode })
          yield* Executor.shutdown(executor)
        }
      })
    )

    it.effect("may be called by several fibers, who all wait for the same end", () =>
      Effect.gen(function* () {
        const { cleaning, door, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdowns = [
          yield* begin(Executor.shutdown(executor)),
          yield* begin(Executor.shutdown(executor, { timeout: "1 hour" })),
          yield* begin(Executor.shutdown(executor))
        ]
        assert.deepStrictEqual(shutdowns.map(isWaiting), [true, true, true])
        yield* door.open
        yield* Fiber.joinAll(shutdowns)
      })
    )

    it.effect("takes the strictest mode that was asked for, in whatever order", () =>
      Effect.gen(function* () {
        const { all, cleaning, executor, pending } = yield* makeBusy
        yield* cleaning.open
        const first = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        assert.deepStrictEqual(statesOf(all), ["running", "pending", "pending"])
        const second = yield* begin(Executor.shutdown(executor, { mode: "cancelPending" }))
        yield* until(() => pending.every(Future.isDone))
        assert.deepStrictEqual(statesOf(all), ["running", "cancelled", "cancelled"])
        const third = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        assert.deepStrictEqual(statesOf(all), ["running", "cancelled", "cancelled"])
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        yield* Fiber.joinAll([first, second, third])
        assert.deepStrictEqual(statesOf(all), ["cancelled", "cancelled", "cancelled"])
      })
    )

    it.effect("goes on when whoever waits for it is interrupted", () =>
      Effect.gen(function* () {
        const { all, cleaning, door, executor, pending } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "cancelPending" }))
        yield* Fiber.interrupt(shutdown)
        yield* until(() => pending.every(Future.isDone))
        assert.deepStrictEqual(statesOf(all), ["running", "cancelled", "cancelled"])
        assert.instanceOf(yield* Effect.flip(executor.submit(Tasks.add(1, 2))), ExecutorShutdownError)
        yield* door.open
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(statesOf(all), ["finished", "cancelled", "cancelled"])
      })
    )

    it.effect("turns into interrupt in its time also when whoever waits for it is interrupted", () =>
      Effect.gen(function* () {
        const { all, cleaning, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(Executor.shutdown(executor, { timeout: "1 minute" }))
        yield* Fiber.interrupt(shutdown)
        yield* elapse("1 minute")
        yield* until(() => all.every(Future.isDone))
        assert.deepStrictEqual(statesOf(all), ["cancelled", "cancelled", "cancelled"])
      })
    )

    it.effect("dies with InvalidOptionsError for a mode or a timeout that is not allowed, and shuts nothing down", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        for (const [mode, shown] of [
          ["gently", '"gently"'],
          [null, "null"]
        ] as const) {
          const defect = yield* defectOf(Executor.shutdown(executor, { mode: mode as never }))
          assertInvalid(defect, {
            option: "mode",
            value: mode,
            shown,
            allowed: `"drain", "cancelPending" or "interrupt"`
          })
        }
        for (const [timeout, shown] of [
          [-1, "-1"],
          [Number.NaN, "NaN"],
          ["abc", '"abc"'],
          [{}, "{}"]
        ] as const) {
          const defect = yield* defectOf(Executor.shutdown(executor, { timeout: timeout as never }))
          assertInvalid(defect, { option: "timeout", value: timeout, shown, allowed: "zero or more" })
        }
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )
  })

  describe("the end of the scope", () => {
    it.effect("is a shutdown with interrupt: it waits for the tasks' finalizers", () =>
      Effect.gen(function* () {
        const { all, cleaning, close, door, executor } = yield* makeBusy
        const closing = yield* begin(close)
        yield* cleaning.untilArrived(1)
        yield* letOthersRun
        assert.isTrue(isWaiting(closing))
        yield* cleaning.open
        yield* Fiber.join(closing)
        assert.deepStrictEqual(statesOf(all), ["cancelled", "cancelled", "cancelled"])
        assert.deepStrictEqual(door.arrivals, ["running"])
        assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
      })
    )

    it.effect("refuses tasks from then on", () =>
      Effect.gen(function* () {
        const { close, made: executor } = yield* inOwnScope(make({ name: "gone" }))
        yield* close
        const error = yield* Effect.flip(executor.submit(Tasks.add(1, 2)))
        assert.instanceOf(error, ExecutorShutdownError)
      })
    )

    it.effect("cuts short a shutdown that drains", () =>
      Effect.gen(function* () {
        const { all, cleaning, close, executor } = yield* makeBusy
        yield* cleaning.open
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        yield* close
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(all), ["cancelled", "cancelled", "cancelled"])
      })
    )

    it.effect("comes after an error in the block that uses the executor, and the error comes out", () =>
      Effect.gen(function* () {
        const door = yield* gate
        let future: Future.Future<string, X> | undefined
        const error = yield* Effect.gen(function* () {
          const executor = yield* make()
          future = yield* executor.submit(Tasks.pass(door.address, "left behind"))
          yield* door.untilArrived(1)
          return yield* Effect.fail("oops")
        }).pipe(Effect.scoped, Effect.flip)
        assert.strictEqual(error, "oops")
        assert.strictEqual(future?.state, "cancelled")
      })
    )
  })
}
