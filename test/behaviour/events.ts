import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Stream } from "effect"
import { Executor, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { defectOf } from "../support/defectOf.ts"
import { assertInvalid, begin, recordEvents } from "./support.ts"
import { Tasks } from "./tasks.ts"

type Ended = Extract<Executor.Event, { readonly _tag: "Ended" }>

const endsOf = (events: Iterable<Executor.Event>): Array<Ended> =>
  Array.from(events).filter((event) => event._tag === "Ended")

/** The contents of events, for executors of any kind. Their order is part of `inspectBehaviour`. */
export const eventsBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("events, in what they tell,", () => {
    it.effect("have the history of a task in its end, in microseconds of one clock", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const recording = yield* recordEvents(executor)
        yield* Executor.run(executor, Tasks.add(1, 2), { name: "good" })
        yield* Effect.exit(Executor.run(executor, Tasks.refuse("no"), { name: "bad" }))
        yield* Executor.shutdown(executor)
        const [good, bad] = endsOf(yield* Fiber.join(recording))
        const { admittedAt, attempt, error, phase, runningAt, startedAt, submittedAt, time, worker } = good!
        const times = [submittedAt, admittedAt, startedAt, runningAt, time]
        assert.isTrue(times.every((each) => Number.isSafeInteger(each)))
        assert.deepStrictEqual(
          times,
          times.toSorted((a, b) => a! - b!)
        )
        assert.deepStrictEqual([attempt, worker, error, phase], [1, 1, undefined, "running"])
        assert.strictEqual(bad!.outcome, "failed")
        assert.isString(bad!.error)
      })
    )

    it.effect("say that a task was cancelled while it was queued, and had no worker", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "runs"))
        yield* door.untilArrived(1)
        const recording = yield* recordEvents(executor)
        yield* Future.cancel(yield* executor.submit(Tasks.add(1, 2)))
        yield* door.open
        yield* Executor.shutdown(executor)
        const [first] = endsOf(yield* Fiber.join(recording))
        assert.deepStrictEqual(
          [first!.outcome, first!.phase, first!.worker, first!.attempt, first!.startedAt],
          ["cancelled", "queued", 0, 0, undefined]
        )
      })
    )

    it.effect("name the group that a task was submitted to", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const group = yield* Executor.group(executor, { name: "tenant" })
        const recording = yield* recordEvents(executor)
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* Executor.run(group, Tasks.add(1, 2))
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(
          endsOf(yield* Fiber.join(recording)).map((event) => event.group),
          [undefined, "tenant"]
        )
      })
    )

    it.effect("tell of phases who asks for them", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const recording = yield* Effect.forkChild(Stream.runCollect(Executor.events(executor, { phases: true })), {
          startImmediately: true
        })
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* Executor.shutdown(executor)
        const phases = Array.from(yield* Fiber.join(recording)).flatMap((event) =>
          event._tag === "Phase" ? [event.phase] : []
        )
        assert.deepStrictEqual(phases, ["running"])
      })
    )

    it.effect("say how long a task waited for room before it was taken", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, capacity: 0 })
        const door = yield* gate
        const recording = yield* recordEvents(executor)
        yield* executor.submit(Tasks.pass(door.address, "runs"))
        const waiting = yield* begin(executor.submit(Tasks.pass(door.address, "waits")))
        yield* door.open
        yield* Fiber.join(waiting)
        yield* Executor.shutdown(executor)
        const [first, second] = endsOf(yield* Fiber.join(recording))
        assert.strictEqual(first!.submittedAt, first!.admittedAt)
        assert.isAtMost(second!.submittedAt!, first!.time)
        assert.isAtLeast(second!.admittedAt!, first!.time)
      })
    )

    it.effect("say of which result the task of the next stage is made", () =>
      Effect.gen(function* () {
        const [first, second] = [yield* make(), yield* make()]
        const [ofFirst, ofSecond] = [yield* recordEvents(first), yield* recordEvents(second)]
        yield* Stream.runDrain(
          Executor.map(second, Executor.map(first, [1, 2, 3], Tasks.double), (n) => Tasks.double(n))
        )
        yield* Executor.shutdown(first)
        yield* Executor.shutdown(second)
        const made = endsOf(yield* Fiber.join(ofFirst)).map((event) => event.id)
        const after = Array.from(yield* Fiber.join(ofSecond)).flatMap((event) =>
          event._tag === "Submitted" ? [event.after] : []
        )
        assert.deepStrictEqual(after.toSorted(), made.toSorted())
      })
    )

    for (const strategy of ["sliding", "dropping"] as const) {
      it.effect(`lose the ${strategy === "sliding" ? "oldest" : "newest"} of a slow reader, who is told how many`, () =>
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 1 })
          const all = yield* recordEvents(executor)
          const awake = yield* Latch.make()
          const slow = yield* Effect.forkChild(
            Executor.events(executor, { bufferSize: 4, strategy }).pipe(
              Stream.tap(() => awake.await),
              Stream.runCollect
            ),
            { startImmediately: true }
          )
          for (let n = 0; n < 10; n++) yield* executor.submit(Tasks.double(n))
          yield* Executor.shutdown(executor)
          yield* awake.open
          const events = Array.from(yield* Fiber.join(slow))
          const lost = events.reduce((sum, event) => sum + (event._tag === "Lost" ? event.count : 0), 0)
          const told = events.filter((event) => event._tag !== "Lost")
          const complete = Array.from(yield* Fiber.join(all))
          assert.isAbove(lost, 0)
          assert.strictEqual(told.length + lost, complete.length)
          for (const [n, { time }] of events.slice(1).entries()) assert.isAtLeast(time, events[n]!.time)
          for (const [n, { time }] of complete.slice(1).entries()) assert.isAtLeast(time, complete[n]!.time)
        })
      )
    }

    it.effect("are refused with options that make no sense", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const bad = Stream.runDrain(Executor.events(executor, { bufferSize: 0 }))
        assertInvalid(yield* defectOf(bad), { option: "bufferSize", value: 0, shown: "0", allowed: "at least 1" })
      })
    )
  })
}
