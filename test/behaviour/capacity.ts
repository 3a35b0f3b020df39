import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { Executor, ExecutorShutdownError, Future, QueueFullError } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { begin, isWaiting, letOthersRun, until } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** `capacity` and `overflow`, for executors of any kind. */
export const capacityBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  /** An executor of one worker, which stands at the gate. */
  const makeBusy = (capacity: number, overflow?: "suspend" | "fail") =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, capacity, ...(overflow === undefined ? {} : { overflow }) })
      const door = yield* gate
      const busy = yield* executor.submit(Tasks.pass(door.address, "busy"))
      yield* door.untilArrived(1)
      yield* until(() => Future.isRunning(busy))
      const submit = (name: string) => executor.submit(Tasks.pass(door.address, name))
      return { executor, door, busy, submit }
    })

  describe(`overflow "fail"`, () => {
    it.effect("refuses with QueueFullError what is over the capacity", () =>
      Effect.gen(function* () {
        const { executor, submit } = yield* makeBusy(2, "fail")
        yield* submit("one")
        yield* submit("two")
        const error = yield* Effect.flip(submit("three"))
        assert.instanceOf(error, QueueFullError)
        assert.deepInclude(error, { executor: executor.name, capacity: 2 })
        assert.strictEqual((yield* Executor.stats(executor)).pending, 2)
      })
    )

    it.effect("takes tasks again when one has got a worker", () =>
      Effect.gen(function* () {
        const { door, submit } = yield* makeBusy(1, "fail")
        const one = yield* submit("one")
        yield* Effect.flip(submit("refused"))
        yield* door.admit(1)
        yield* until(() => Future.isRunning(one))
        yield* submit("two")
        yield* Effect.flip(submit("refused"))
      })
    )

    it.effect("takes tasks again when one is cancelled while it is pending", () =>
      Effect.gen(function* () {
        const { submit } = yield* makeBusy(1, "fail")
        const one = yield* submit("one")
        yield* Future.cancel(one)
        yield* submit("two")
      })
    )

    it.effect("takes a task with capacity 0 only when a worker is free", () =>
      Effect.gen(function* () {
        const { busy, door, submit } = yield* makeBusy(0, "fail")
        assert.instanceOf(yield* Effect.flip(submit("one")), QueueFullError)
        yield* door.open
        yield* busy
        assert.strictEqual(yield* Effect.flatten(submit("two")), "two")
      })
    )
  })

  describe(`overflow "suspend"`, () => {
    it.effect("is what happens by default: the submitter waits for room", () =>
      Effect.gen(function* () {
        const { door, executor, submit } = yield* makeBusy(1)
        yield* submit("one")
        const submitter = yield* begin(submit("two"))
        assert.isTrue(isWaiting(submitter))
        assert.strictEqual((yield* Executor.stats(executor)).pending, 1)
        yield* door.admit(1)
        const future = yield* Fiber.join(submitter)
        yield* door.open
        assert.strictEqual(yield* future, "two")
      })
    )

    it.effect("serves submitters in the order in which they came", () =>
      Effect.gen(function* () {
        const { door, executor, submit } = yield* makeBusy(1, "suspend")
        yield* submit("one")
        const submitters: Array<Fiber.Fiber<unknown, unknown>> = []
        for (const name of ["two", "three", "four"]) submitters.push(yield* begin(submit(name)))
        yield* door.open
        for (const submitter of submitters) yield* Fiber.join(submitter)
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, ["busy", "one", "two", "three", "four"])
      })
    )

    it.effect("does not let one who comes later pass those who wait", () =>
      Effect.gen(function* () {
        const { door, executor, submit } = yield* makeBusy(1, "suspend")
        yield* submit("one")
        const early = yield* begin(submit("early"))
        yield* door.admit(1)
        const late = yield* begin(submit("late"))
        yield* door.open
        yield* Fiber.join(early)
        yield* Fiber.join(late)
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, ["busy", "one", "early", "late"])
      })
    )

    it.effect("lets an interrupted submitter leave, with its task", () =>
      Effect.gen(function* () {
        const { door, executor, submit } = yield* makeBusy(1, "suspend")
        yield* submit("one")
        const leaving = yield* begin(submit("leaving"))
        const staying = yield* begin(submit("staying"))
        yield* Fiber.interrupt(leaving)
        yield* door.open
        yield* Fiber.join(staying)
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, ["busy", "one", "staying"])
      })
    )

    it.effect("refuses those who wait when the executor is shut down, at once", () =>
      Effect.gen(function* () {
        const { door, executor, submit } = yield* makeBusy(1, "suspend")
        const one = yield* submit("one")
        const submitter = yield* begin(Effect.exit(submit("two")))
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        const exit = yield* Fiber.join(submitter)
        assert.deepStrictEqual(exit, Exit.fail(new ExecutorShutdownError({ executor: executor.name })))
        assert.isTrue(isWaiting(shutdown))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.strictEqual(yield* one, "one")
      })
    )

    it.effect("waits with capacity 0 until a worker is free", () =>
      Effect.gen(function* () {
        const { door, executor, submit } = yield* makeBusy(0, "suspend")
        const submitter = yield* begin(submit("next"))
        assert.isTrue(isWaiting(submitter))
        assert.strictEqual((yield* Executor.stats(executor)).pending, 0)
        yield* door.open
        assert.strictEqual(yield* Effect.flatten(Fiber.join(submitter)), "next")
      })
    )

    it.effect("does not run the task of a submitter that waits", () =>
      Effect.gen(function* () {
        const { door, submit } = yield* makeBusy(0, "suspend")
        yield* begin(submit("next"))
        yield* letOthersRun
        assert.deepStrictEqual(door.arrivals, ["busy"])
      })
    )
  })
}
