import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { Trace, TraceFileError } from "effect-futures/trace"
import * as fs from "node:fs"
import * as path from "node:path"
import { enginesOf } from "../../src/internal/executor/ExecutorImpl.ts"
import { diesOf } from "../support/futures.ts"
import { assertWellFormed, checkedWith, complaints, decode, slicesOf } from "./perfetto.ts"
import { collectEnds, type Ended, recordTo, temporaryFolder } from "./support.ts"
import { Tasks } from "./tasks.ts"

const inFolder = <A, E, R>(use: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(temporaryFolder, (folder) => use(path.join(folder, "run.pftrace"))))

const nanosOf = (micros: number | undefined): bigint => BigInt(micros!) * 1000n

describe("Trace.record", () => {
  it.live(`writes what Perfetto reads, with every slice and arrow complete (by ${checkedWith})`, () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const fibers = yield* FiberExecutor.make({ name: "fibers", maxWorkers: 3 })
        const threads = yield* ThreadExecutor.make({ name: "threads", maxWorkers: 2 })
        const tenant = yield* Executor.group(fibers, { name: "tenant", maxWorkers: 2 })
        const collected = yield* Effect.forEach([fibers, threads], collectEnds)
        const { close } = yield* recordTo(file, [fibers, threads])
        yield* Stream.range(1, 200).pipe(
          Executor.map(fibers, (n) => Effect.as(Effect.yieldNow, n)),
          Executor.map(threads, (n) => Tasks.double(n)),
          Stream.runDrain
        )
        yield* Executor.forEach(tenant, [1, 2, 3], (n) =>
          Effect.scoped(
            Effect.as(
              Effect.addFinalizer(() => Effect.yieldNow),
              n
            )
          )
        )
        // The task lends its worker to the one that it waits for.
        yield* Executor.run(fibers, Executor.run(fibers, Effect.void, { name: "inner" }), { name: "outer" })
        yield* Effect.exit(Executor.run(fibers, Effect.fail({ _tag: "Refused" }), { name: "refused" }))
        yield* Future.cancel(yield* fibers.submit(Effect.never, { name: "cancelled" }))
        // By then the thread can be asked where it is, also on a busy machine.
        yield* Executor.run(threads, Tasks.compute(100))
        yield* Effect.exit(Executor.run(threads, Tasks.spin(), { name: "stuck", timeout: "1 second" }))
        yield* Executor.shutdown(fibers)
        yield* Executor.shutdown(threads)
        yield* close
        const ends = (yield* Effect.forEach(collected, ({ ends }) => ends)).flat()

        const trace = decode(file)
        assertWellFormed(trace)
        assert.strictEqual(complaints(file), "")
        const slices = slicesOf(trace).filter(({ begin, depth }) => depth === 0 && "outcome" in begin.details)
        assert.strictEqual(slices.length, ends.length)
        const byId = new Map(slices.map((slice) => [slice.begin.details["id"], slice]))
        for (const end of ends) {
          const { begin, end: ended } = byId.get(end.id)!
          assert.deepStrictEqual(
            [begin.name, begin.details["outcome"], begin.time, ended, begin.details["error"], begin.details["group"]],
            [end.name, end.outcome, nanosOf(end.startedAt), nanosOf(end.time), end.error, end.group]
          )
        }
        const named = (name: string) => slices.find(({ begin }) => begin.name === name)!.begin.details
        assert.match(String(named("stuck")["stuckAt"]), /spin .*tasks\.ts:\d+/)
        assert.strictEqual(named("inner")["parent"], named("outer")["id"])
        assertArrows(trace, ends)
        assert.deepStrictEqual(
          Array.from(trace.tracks.values(), ({ name }) => name).filter((name) => /^(fibers|threads|tasks )/.test(name)),
          ["fibers", "tasks waiting", "tasks running", "threads", "tasks waiting", "tasks running"]
        )
      })
    )
  )

  it.live("has an arrow from a task to the one of the next stage that is made of its result", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const [first, second] = [
          yield* FiberExecutor.make({ name: "first" }),
          yield* FiberExecutor.make({ name: "second" })
        ]
        const { close } = yield* recordTo(file, [first, second])
        yield* Stream.range(1, 20).pipe(
          Executor.map(first, (n) => Effect.succeed(n)),
          Executor.map(second, (n) => Effect.succeed(n), { each: Effect.result }),
          Stream.runDrain
        )
        yield* close
        const submissions = decode(file).events.filter(({ flows, type }) => type === "instant" && flows.length === 2)
        assert.strictEqual(submissions.length, 20)
      })
    )
  )

  it.live("has the key and the cost of a task, as its events have", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ name: "shared" })
        const collected = yield* collectEnds(executor)
        const { close } = yield* recordTo(file, executor)
        const tenants = yield* Executor.keyed(executor, { name: "tenants" })
        yield* Executor.run(tenants.get("north"), Effect.void, { name: "whole", cost: 3 })
        yield* Executor.run(tenants.get({ id: 7 }), Effect.void, { name: "part", cost: 0.5 })
        yield* Executor.run(executor, Effect.void, { name: "neither" })
        yield* Executor.shutdown(executor)
        yield* close
        const expected = [
          ["whole", "north", 3],
          ["part", '{"id":7}', 0.5],
          ["neither", undefined, undefined]
        ]
        const ends = yield* collected.ends
        assert.deepStrictEqual(
          ends.map(({ cost, key, name }) => [name, key, cost]),
          expected
        )
        const runs = slicesOf(decode(file)).filter(({ begin }) => "outcome" in begin.details)
        assert.deepStrictEqual(
          runs.map(({ begin: { details, name } }) => [name, details["key"], details["cost"]]),
          expected
        )
      })
    )
  )

  it.live("has all that is known of a task, wherever in a piece of the recording that stands", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ name: "host" })
        const tenant = yield* Executor.group(executor, { name: "tenant" })
        const { close } = yield* recordTo(file, executor)
        const outer = yield* executor.submit(
          Effect.forEach(
            Array.from({ length: 1000 }),
            () => tenant.submit(Effect.fail({ _tag: "Refused" }), { name: "inner" }),
            { discard: true }
          )
        )
        yield* Future.join(outer)
        yield* Executor.shutdown(executor)
        yield* close
        const inner = slicesOf(decode(file)).filter(
          ({ begin: { details, name } }) => name === "inner" && "outcome" in details
        )
        assert.strictEqual(inner.length, 1000)
        for (const { begin } of inner) {
          const { error, group, outcome, parent } = begin.details
          assert.deepStrictEqual([outcome, error, group, parent], ["failed", "Refused", "tenant", outer.id])
        }
      })
    )
  )

  it.live("has what has not ended, as that", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const { close } = yield* recordTo(file, executor)
        yield* executor.submit(Effect.never, { name: "runs" })
        yield* executor.submit(Effect.never, { name: "waits" })
        yield* close
        const trace = decode(file)
        assertWellFormed(trace)
        const open = slicesOf(trace).filter(({ begin }) => begin.details["outcome"] === "open")
        assert.deepStrictEqual(open.map(({ begin }) => begin.name).toSorted(), ["runs", "waits"])
      })
    )
  )

  it.live("loses what comes faster than it can be written, and says how much in the file", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
        const { close, recording } = yield* recordTo(file, executor, 1)
        // In one turn of the event loop: the thread that writes cannot say meanwhile that it has written.
        for (let n = 0; n < 5000; n++) executor.submit(Effect.void).pipe(Effect.runSync)
        yield* Executor.awaitIdle(executor)
        const lost = yield* recording.lost
        yield* close
        const trace = decode(file)
        assertWellFormed(trace)
        const told = trace.events.filter(({ track }) => trace.tracks.get(track)?.name === "recording")
        const tasks = slicesOf(trace).filter(({ begin }) => "outcome" in begin.details).length
        assert.isAbove(lost, 0)
        assert.isAbove(tasks, 0)
        assert.include(told.at(-1)!.name, `recorded ${tasks} tasks`)
        assert.isAtLeast(Number(told.at(-1)!.details["lost"]), lost)
      })
    )
  )

  it.live("is written when the program pauses, without being asked to", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close } = yield* recordTo(file, executor)
        // More than a chunk of rows, and less than half of the room.
        for (let n = 0; n < 2000; n++) yield* executor.submit(Effect.void)
        yield* Executor.awaitIdle(executor)
        yield* Effect.sync(() => fs.statSync(file).size).pipe(
          Effect.delay("5 millis"),
          Effect.repeat({ until: (size) => size > 0 })
        )
        yield* close
        const tasks = slicesOf(decode(file)).filter(({ begin }) => "outcome" in begin.details)
        assert.strictEqual(tasks.length, 2000)
      })
    )
  )

  it.live("costs nothing when it is over: nobody listens any more", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close, recording } = yield* recordTo(file, executor)
        yield* close
        const { size } = fs.statSync(file)
        const later = yield* FiberExecutor.make()
        yield* recording.add(later)
        yield* Executor.run(executor, Effect.void)
        assert.strictEqual(fs.statSync(file).size, size)
        assert.isFalse(enginesOf([executor, later]).some(({ events }) => events.isObserved))
      })
    )
  )

  it.live.skipIf(!fs.existsSync("/dev/full"))("has lost all rows that did not get onto a disk that is full", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const { close, recording } = yield* recordTo("/dev/full", executor)
      yield* Executor.run(executor, Effect.void)
      assert.strictEqual(yield* recording.lost, 0)
      yield* recording.flush
      assert.isAtLeast(yield* recording.lost, 2)
      yield* close
    }).pipe(Effect.scoped)
  )

  it.live("takes executors that are made later", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const { close, recording } = yield* recordTo(file, [])
        const executor = yield* FiberExecutor.make({ name: "later" })
        yield* recording.add(executor)
        yield* Executor.run(executor, Effect.void)
        yield* recording.flush
        yield* close
        assert.include(
          Array.from(decode(file).tracks.values(), ({ name }) => name),
          "later"
        )
      })
    )
  )

  it.live("has the names of executors that were added when there was no room for rows", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close, recording } = yield* recordTo(file, executor, 1)
        for (let n = 0; n < 5000; n++) executor.submit(Effect.void).pipe(Effect.runSync)
        yield* Executor.awaitIdle(executor)
        assert.isAbove(yield* recording.lost, 0)
        yield* recording.add(yield* FiberExecutor.make({ name: "later" }))
        yield* recording.flush
        yield* close
        assert.include(
          Array.from(decode(file).tracks.values(), ({ name }) => name),
          "later"
        )
      })
    )
  )

  it.live("fails with TraceFileError where no file can be", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const error = yield* Effect.flip(Trace.record(executor, { file: "/nowhere/run.pftrace" }))
      assert.instanceOf(error, TraceFileError)
      assert.include(error.message, "/nowhere/run.pftrace")
    }).pipe(Effect.scoped)
  )
})

/** From the submission to the run of each task that has run. */
const assertArrows = (trace: ReturnType<typeof decode>, ends: ReadonlyArray<Ended>): void => {
  const submitted = trace.events.filter(({ track }) => trace.tracks.get(track)?.name === "submitted")
  const submissions = new Map(submitted.map(({ details, flows }) => [details["id"], flows]))
  for (const { begin } of slicesOf(trace)) {
    if (!("waited (µs)" in begin.details)) continue
    assert.includeMembers([...submissions.get(begin.details["id"])!], [...begin.flows])
  }
  assert.isAbove(ends.length, 0)
}

describe("Trace.flightRecorder", () => {
  const untilExists = (file: string) =>
    Effect.sync(() => fs.existsSync(file) && fs.statSync(file).size > 0).pipe(
      Effect.delay("5 millis"),
      Effect.repeat({ until: (is) => is })
    )

  it.live("writes what led to a timeout, once for what goes wrong together", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2, timeout: "20 millis" })
        const recorder = yield* Trace.flightRecorder(executor, { file })
        yield* Executor.run(executor, Effect.void, { name: "before" })
        const never = yield* Effect.forEach([1, 2], () => executor.submit(Effect.never, { name: "never" }))
        yield* Future.wait(never)
        yield* untilExists(file)
        const second = yield* recorder.write
        assert.strictEqual(path.basename(second), "run-2.pftrace")
        const trace = decode(second)
        assertWellFormed(trace)
        const outcomes = slicesOf(trace).map(({ begin }) => `${begin.name} ${begin.details["outcome"] ?? ""}`)
        assert.includeMembers(outcomes, ["before succeeded", "never timedOut"])
        assert.strictEqual(outcomes.filter((text) => text === "never timedOut").length, 2)
      })
    )
  )

  it.live("writes when a worker has crashed", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
        yield* Trace.flightRecorder(executor, { file, on: ["crash"] })
        yield* Effect.exit(Executor.run(executor, Tasks.die()))
        yield* untilExists(file)
      })
    )
  )

  it.live("writes for a signal, and leaves the signal alone afterwards", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const before = process.listenerCount("SIGUSR2")
        yield* Effect.scoped(
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make()
            yield* Trace.flightRecorder(executor, { file, signal: "SIGUSR2" })
            yield* Executor.run(executor, Effect.void)
            process.kill(process.pid, "SIGUSR2")
            yield* untilExists(file)
          })
        )
        assert.strictEqual(process.listenerCount("SIGUSR2"), before)
      })
    )
  )

  it.live.skipIf(!fs.existsSync("/dev/full"))("fails to write to a disk that is full", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const recorder = yield* Trace.flightRecorder(executor, { file: "/dev/full" })
      yield* Executor.run(executor, Effect.void)
      const error = yield* Effect.flip(recorder.write)
      assert.instanceOf(error, TraceFileError)
      assert.include(error.message, "ENOSPC")
    }).pipe(Effect.scoped)
  )

  for (const signal of ["SIGNONE", "SIGKILL", "toString"]) {
    it.live(`refuses ${signal} as its signal`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const given = { signal: signal as NodeJS.Signals }
        yield* diesOf("signal", signal, () =>
          Effect.scoped(Trace.flightRecorder(executor, { file: "run.pftrace", ...given }))
        )
        yield* diesOf("signal", signal, () => Effect.scoped(Trace.dumpOnSignal(executor, given)))
      }).pipe(Effect.scoped)
    )
  }

  it.live("keeps the last, and says how much was before", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
        const recorder = yield* Trace.flightRecorder(executor, { file, last: 1 })
        const latch = yield* Latch.make()
        const waiting = yield* Effect.forkChild(latch.await)
        for (let n = 0; n < 5000; n++) yield* executor.submit(Effect.void, { name: `task ${n}` })
        yield* Executor.awaitIdle(executor)
        yield* latch.open
        yield* Fiber.join(waiting)
        const trace = decode(yield* recorder.write)
        assertWellFormed(trace)
        const names = new Set(slicesOf(trace).map(({ begin }) => begin.name))
        assert.isTrue(names.has("task 4999"))
        assert.isFalse(names.has("task 0"))
        const note = trace.events.find(({ name }) => name.endsWith(" rows lost") && !name.startsWith("recorded"))
        assert.isAbove(Number(note?.details["lost"]), 3000)
      })
    )
  )
})

describe("the lines of a trace", () => {
  it.live("are those of one worker each, however many workers there are", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const count = 5000
        const executor = yield* FiberExecutor.make({ maxWorkers: count })
        const { close } = yield* recordTo(file, executor)
        const latch = yield* Latch.make()
        const futures = yield* Effect.forEach(Array.from({ length: count }), () => executor.submit(latch.await))
        yield* latch.open
        yield* Future.all(futures)
        yield* close
        const trace = decode(file)
        assertWellFormed(trace)
        const runs = slicesOf(trace).filter(({ begin, depth }) => depth === 0 && "outcome" in begin.details)
        assert.strictEqual(new Set(runs.map(({ begin }) => begin.track)).size, count)
      })
    )
  )

  it.live("have every task that ended while it waited, and say how many more waited at the end", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ name: "busy", maxWorkers: 1 })
        const { close } = yield* recordTo(file, executor)
        yield* executor.submit(Effect.never)
        const waiting = yield* Effect.forEach(Array.from({ length: 500 }), () => executor.submit(Effect.void))
        yield* Effect.forEach(waiting, (future) => Future.cancel(future), { discard: true })
        yield* Effect.forEach(Array.from({ length: 1500 }), () => executor.submit(Effect.void), { discard: true })
        yield* close
        const trace = decode(file)
        assertWellFormed(trace)
        const outcomes = slicesOf(trace).map(({ begin }) => begin.details["outcome"])
        assert.strictEqual(outcomes.filter((outcome) => outcome === "cancelled").length, 500)
        assert.strictEqual(outcomes.filter((outcome) => outcome === "open").length, 1001)
        assert.isTrue(trace.events.some(({ name }) => name === '500 more tasks waited in "busy" at the end'))
      })
    )
  )

  it.live("have a task that ran already, from the beginning of the recording", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
        const latch = yield* Latch.make()
        const ends = yield* executor.submit(latch.await, { name: "ends" })
        yield* executor.submit(Effect.never, { name: "goes on" })
        yield* Effect.sleep(1)
        const { close } = yield* recordTo(file, executor)
        yield* latch.open
        yield* Future.join(ends)
        yield* close
        const trace = decode(file)
        const runs = slicesOf(trace).map(({ begin: { details, name, track } }) => [
          name,
          details["outcome"],
          trace.tracks.get(track)?.name
        ])
        assert.deepStrictEqual(runs, [
          ["ends", "succeeded", "worker 1"],
          ["goes on", "open", "worker 2"]
        ])
      })
    )
  )

  it.effect("are drawn from time 0 on, where tests begin", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close } = yield* recordTo(file, executor)
        yield* Executor.run(executor, Effect.void, { name: "first" })
        yield* close
        const [slice, ...others] = slicesOf(decode(file))
        assert.deepStrictEqual([slice?.begin.name, slice?.begin.time, others.length], ["first", 0n, 0])
      })
    )
  )

  it.effect("are well formed even if the clock of a test goes back", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const { close } = yield* recordTo(file, executor)
        yield* TestClock.setTime(10_000)
        const first = yield* executor.submit(Effect.never, { name: "first" })
        const second = yield* executor.submit(Effect.void, { name: "second" })
        yield* Effect.repeat(Effect.yieldNow, { until: () => Future.isRunning(first) })
        yield* TestClock.setTime(3000)
        yield* Future.cancel(first)
        yield* Future.join(second)
        yield* close
        const trace = decode(file)
        assertWellFormed(trace)
        const runs = slicesOf(trace).filter(({ begin }) => "outcome" in begin.details)
        for (const { begin, end } of runs) assert.isTrue(end >= begin.time)
        assert.deepStrictEqual(runs.map(({ begin: { details, name } }) => [name, details["waited (µs)"]]).toSorted(), [
          ["first", undefined],
          ["second", undefined]
        ])
      })
    )
  )

  for (const kind of ["number", "object"]) {
    it.live(`are whole even if the error that killed a thread has a message that is no text, but of type ${kind}`, () =>
      inFolder((file) =>
        Effect.gen(function* () {
          const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
          const { close, recording } = yield* recordTo(file, executor)
          yield* Effect.exit(Executor.run(executor, Tasks.throwLater(kind), { name: "dies" }))
          yield* Executor.shutdown(executor)
          assert.strictEqual(yield* recording.lost, 0)
          yield* close
          const trace = decode(file)
          assertWellFormed(trace)
          const end = trace.events.find(({ name }) => name === "worker ends: crashed")
          assert.strictEqual(end?.details["reason"], kind === "number" ? "42" : "[object Object]")
        })
      )
    )
  }
})
