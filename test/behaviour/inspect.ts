import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Stream } from "effect"
import { Executor, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { defectOf } from "../support/defectOf.ts"
import {
  assertInvalid,
  begin,
  eventually,
  isWaiting,
  letOthersRun,
  recordEvents,
  submitAll,
  until,
  untilStats
} from "./support.ts"
import { Tasks } from "./tasks.ts"

const tagsOf = (events: Iterable<Executor.Event>): Array<string> => Array.from(events, (event) => event._tag)

const ofTask = (events: Iterable<Executor.Event>, id: number) =>
  Array.from(events).filter((event) => "id" in event && event.id === id)

/** `awaitIdle`, `stats` and `events`, for executors of any kind. */
export const inspectBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  describe("awaitIdle", () => {
    it.effect("waits until no task is pending or runs", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const futures = [
          yield* executor.submit(Tasks.pass(door.address, "runs")),
          yield* executor.submit(Tasks.pass(door.address, "waits"))
        ]
        const idle = yield* begin(Executor.awaitIdle(executor))
        yield* door.untilArrived(1)
        yield* door.admit(1)
        yield* door.untilArrived(2)
        yield* letOthersRun
        assert.isTrue(isWaiting(idle))
        yield* door.open
        yield* Fiber.join(idle)
        assert.isTrue(futures.every(Future.isDone))
      })
    )

    it.effect("does not wait where there is nothing to do, and leaves the executor open", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.awaitIdle(executor)
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* Executor.awaitIdle(executor)
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )

    it.effect("may be interrupted without harm to the tasks", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "it"))
        const idle = yield* begin(Executor.awaitIdle(executor))
        yield* Fiber.interrupt(idle)
        yield* door.open
        assert.strictEqual(yield* future, "it")
      })
    )
  })

  describe("stats", () => {
    it.effect("is all zero at first", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* Executor.stats(yield* make({ maxWorkers: 3 })), {
          pending: 0,
          running: 0,
          succeeded: 0,
          failed: 0,
          cancelled: 0,
          timedOut: 0,
          workers: 0,
          crashed: 0,
          maxWorkers: 3,
          isPaused: false
        })
      })
    )

    it.effect("counts each task once, in the state it is in or by the way it ended", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const count = Effect.map(
          Executor.stats(executor),
          ({ isPaused: _, maxWorkers: __, workers: ___, ...counts }) => counts
        )
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* Effect.exit(Executor.run(executor, Tasks.refuse("no")))
        yield* Effect.exit(Executor.run(executor, Tasks.throws("no")))
        const hanging = yield* gate
        const slow = yield* executor.submit(Tasks.pass(hanging.address, "slow"), { timeout: "1 minute" })
        yield* hanging.untilArrived(1)
        yield* until(() => Future.isRunning(slow))
        yield* letOthersRun
        yield* elapse("1 minute")
        yield* Effect.exit(slow)
        const running = yield* executor.submit(Tasks.pass(door.address, "runs"))
        yield* executor.submit(Tasks.pass(door.address, "runs too"))
        yield* door.untilArrived(2)
        const pending = yield* executor.submit(Tasks.pass(door.address, "waits"))
        yield* executor.submit(Tasks.pass(door.address, "waits too"))
        const expected = { pending: 2, running: 2, succeeded: 1, failed: 2, cancelled: 0, timedOut: 1, crashed: 0 }
        yield* eventually(count, expected)
        yield* Future.cancel(pending)
        yield* eventually(count, { ...expected, pending: 1, cancelled: 1 })
        yield* Future.cancel(running)
        yield* door.untilArrived(3)
        yield* eventually(count, { ...expected, pending: 0, running: 2, cancelled: 2 })
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(yield* count, { ...expected, pending: 0, running: 0, succeeded: 3, cancelled: 2 })
      })
    )

    it.effect("counts workers that are idle too", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        yield* submitAll(executor, door, ["one", "other"])
        yield* door.untilArrived(2)
        yield* door.open
        yield* Executor.awaitIdle(executor)
        yield* letOthersRun
        assert.strictEqual((yield* Executor.stats(executor)).workers, 2)
      })
    )
  })

  describe("events", () => {
    it.effect("tell of a task that it was submitted, started and ended, in this order", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const recording = yield* recordEvents(executor)
        const future = yield* executor.submit(Tasks.add(1, 2), { name: "sum" })
        yield* future
        yield* Executor.shutdown(executor)
        const events = ofTask(yield* Fiber.join(recording), future.id)
        assert.deepStrictEqual(tagsOf(events), ["Submitted", "Started", "Ended"])
        for (const event of events) assert.strictEqual("name" in event && event.name, "sum")
      })
    )

    it.effect("tell how tasks ended", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const recording = yield* recordEvents(executor)
        yield* Executor.run(executor, Tasks.add(1, 2), { name: "good" })
        yield* Effect.exit(Executor.run(executor, Tasks.refuse("no"), { name: "bad" }))
        const hanging = yield* gate
        const slow = yield* executor.submit(Tasks.pass(hanging.address, "slow"), { name: "slow", timeout: "1 minute" })
        yield* hanging.untilArrived(1)
        yield* until(() => Future.isRunning(slow))
        yield* letOthersRun
        yield* elapse("1 minute")
        yield* Effect.exit(slow)
        const running = yield* executor.submit(Tasks.pass(door.address, "runs"), { name: "running" })
        const pending = yield* executor.submit(Tasks.pass(door.address, "waits"), { name: "pending" })
        yield* door.untilArrived(1)
        yield* Future.cancel(pending)
        yield* Future.cancel(running)
        yield* Executor.shutdown(executor)
        const events = yield* Fiber.join(recording)
        assert.deepStrictEqual(
          Array.from(events).flatMap((event) => (event._tag === "Ended" ? [[event.name, event.outcome]] : [])),
          [
            ["good", "succeeded"],
            ["bad", "failed"],
            ["slow", "timedOut"],
            ["pending", "cancelled"],
            ["running", "cancelled"]
          ]
        )
        assert.deepStrictEqual(tagsOf(ofTask(events, pending.id)), ["Submitted", "Ended"])
      })
    )

    it.effect("tell of workers, and which of them a task started on", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const recording = yield* recordEvents(executor)
        yield* executor.submit(Tasks.pass(door.address, "one"))
        yield* executor.submit(Tasks.pass(door.address, "other"))
        yield* door.untilArrived(2)
        yield* untilStats(executor, { running: 2 })
        yield* door.open
        yield* Executor.shutdown(executor)
        const events = Array.from(yield* Fiber.join(recording))
        const workers = (tag: Executor.Event["_tag"]) =>
          events.flatMap((event) => (event._tag === tag && "worker" in event ? [event.worker] : [])).toSorted()
        assert.strictEqual(new Set(workers("WorkerStarted")).size, 2)
        assert.deepStrictEqual(workers("Started"), workers("WorkerStarted"))
        assert.deepStrictEqual(workers("WorkerEnded"), workers("WorkerStarted"))
      })
    )

    it.effect("say why a worker has ended, and what killed it", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const recording = yield* recordEvents(executor)
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* Executor.shutdown(executor)
        const ends = Array.from(yield* Fiber.join(recording)).filter((event) => event._tag === "WorkerEnded")
        assert.deepStrictEqual(
          ends.map(({ error, reason }) => [reason, error]),
          [["closed", undefined]]
        )
      })
    )

    it.effect("end when the executor has ended, with the last worker's end", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const recording = yield* recordEvents(executor)
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* letOthersRun
        assert.isTrue(isWaiting(recording))
        yield* Executor.shutdown(executor)
        assert.strictEqual(tagsOf(yield* Fiber.join(recording)).at(-1), "WorkerEnded")
      })
    )

    it.effect("are none of an executor that has ended", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(tagsOf(yield* Stream.runCollect(Executor.events(executor))), [])
      })
    )

    it.effect("are those from when one begins to listen", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.run(executor, Tasks.add(1, 2), { name: "before" })
        const recording = yield* recordEvents(executor)
        yield* Executor.run(executor, Tasks.add(1, 2), { name: "after" })
        yield* Executor.shutdown(executor)
        const names = Array.from(yield* Fiber.join(recording)).flatMap((event) => ("name" in event ? [event.name] : []))
        assert.deepStrictEqual(names, ["after", "after", "after"])
      })
    )

    it.effect("wait until a slow listener takes them, and go to every listener", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const slow = yield* Effect.forkChild(
          Executor.events(executor).pipe(
            Stream.tap(() => letOthersRun),
            Stream.runCollect
          ),
          { startImmediately: true }
        )
        const quick = yield* recordEvents(executor)
        for (let n = 0; n < 10; n++) yield* executor.submit(Tasks.double(n))
        yield* Executor.shutdown(executor)
        const events = Array.from(yield* Fiber.join(quick))
        assert.isAtLeast(events.length, 30)
        assert.deepStrictEqual(Array.from(yield* Fiber.join(slow)), events)
      })
    )

    it.effect("of a group are the executor's too, and not the other way round", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const group = yield* Executor.group(executor)
        const inner = yield* Executor.group(group)
        const [ofExecutor, ofGroup] = [yield* recordEvents(executor), yield* recordEvents(group)]
        const futures = [
          yield* executor.submit(Tasks.add(1, 2)),
          yield* group.submit(Tasks.add(1, 2)),
          yield* inner.submit(Tasks.add(1, 2))
        ]
        yield* Executor.shutdown(executor)
        yield* Executor.shutdown(group)
        const all = yield* Fiber.join(ofExecutor)
        const some = yield* Fiber.join(ofGroup)
        const counts = (events: Iterable<Executor.Event>) => futures.map(({ id }) => ofTask(events, id).length)
        assert.deepStrictEqual(counts(all), [3, 3, 3])
        assert.deepStrictEqual(counts(some), [0, 3, 3])
      })
    )
  })

  describe("what is no executor", () => {
    const expected = { option: "executor", value: {}, shown: "{}", allowed: "an executor" }
    const not = {} as Executor.Executor

    it.effect("is a defect, InvalidOptionsError, of every operation", () =>
      Effect.gen(function* () {
        const operations: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
          Executor.submit(not, Tasks.add(1, 2)),
          Executor.run(not, Tasks.add(1, 2)),
          Executor.awaitIdle(not),
          Executor.stats(not),
          Executor.getTimeout(not),
          Stream.runDrain(Executor.events(not)),
          Stream.runDrain(Executor.map(not, [1], Tasks.double)),
          Executor.shutdown()(not),
          Executor.setTimeout("1 second")(not),
          Effect.scoped(Executor.group({})(not))
        ]
        for (const operation of operations) assertInvalid(yield* defectOf(operation), expected)
      })
    )

    it.effect("is no options either, where options follow", () =>
      Effect.gen(function* () {
        const operations: ReadonlyArray<unknown> = [
          Executor.shutdown(not, {}),
          Executor.setTimeout(not, "1 second"),
          Executor.group(not, {})
        ]
        for (const operation of operations) {
          if (!Effect.isEffect(operation)) return assert.fail("not even an effect that says so")
          const exit = yield* Effect.exit(Effect.scoped(operation as Effect.Effect<unknown, unknown>))
          if (Exit.isSuccess(exit)) return assert.fail("it succeeded")
          assertInvalid(Cause.squash(exit.cause), expected)
        }
      })
    )
  })
}
