import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Latch } from "effect"
import { TestClock } from "effect/testing"
import { Executor, Future, Task, TaskEncodingError, WorkerCrashedError } from "effect-futures"
import * as fs from "node:fs"
import { socketGate } from "../behaviour/Gate.ts"
import {
  assertTimeout,
  begin,
  eventually,
  inOwnScope,
  letOthersRun,
  recordEvents,
  statesOf,
  submitAll,
  until
} from "../behaviour/support.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { leftovers } from "../support/engineState.ts"
import { assertAllOnce, giveUp, prefetchedBy, type Make, names, traces, warmUp } from "./remoteExecutors/support.ts"
import { Noting } from "./remoteExecutors/tasks.ts"

/** Flags for workers that import a file before anything else. */
const importing = (name: string): ReadonlyArray<string> => [
  // And not all that this process has: Node refuses some of them for threads.
  "--conditions=effect-futures-source",
  "--import",
  new URL(`./remoteExecutors/${name}`, import.meta.url).href
]

/** A worker that stands at the gate, and has prefetched some of the waiting tasks. */
const busyWith = (make: Make, waiting: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const trace = yield* traces
    const door = yield* socketGate
    const { close, made: executor } = yield* inOwnScope(make({ maxWorkers: 1 }))
    yield* warmUp(executor)
    const busy = yield* executor.submit(Tasks.pass(door.address, "busy"))
    yield* door.untilArrived(1)
    const note = (name: string, options: Executor.SubmitOptions = {}) =>
      executor.submit(Noting.note(trace.file, name), { name, ...options })
    const futures = yield* Effect.forEach(waiting, (name) => note(name))
    yield* until(() => prefetchedBy(executor).length >= Math.min(5, waiting.length))
    return { busy, close, door, executor, futures, lines: trace.lines, note, trace }
  })

/** The behaviour that threads and processes share, for some kinds of executors. */
export const behaviourOfWorkers = (kinds: ReadonlyArray<readonly [name: string, make: Make]>): void => {
  describe.each(kinds)("%s: what a worker has prefetched", (_, make) => {
    it.effect("is written down once, also if it is not handed over then as it moves something, or cannot cross", () =>
      Effect.gen(function* () {
        const { door, executor } = yield* busyWith(make, [])
        let runs = 0
        const counting = (part: unknown) => ({
          part,
          get runs() {
            return ++runs
          }
        })
        const buffer = new ArrayBuffer(8)
        const moving = yield* executor.submit(Tasks.echo(Task.transfer(counting(buffer), [buffer])))
        yield* until(() => runs > 0)
        yield* door.open
        assert.propertyVal(yield* moving, "runs", 1)
        const refused = yield* executor.submit(Tasks.echo(counting(() => 1)))
        assert.instanceOf(yield* Effect.flip(refused), TaskEncodingError)
        assert.isAtMost(runs, 2)
      })
    )

    it.effect("is given to it before it has ended what it does, and is pending still", () =>
      Effect.gen(function* () {
        const { door, executor, futures } = yield* busyWith(make, names("ahead", 10))
        assert.includeMembers(names("ahead", 10), prefetchedBy(executor))
        assert.isTrue(futures.every(Future.isPending))
        const { pending, running } = yield* Executor.stats(executor)
        assert.deepStrictEqual([pending, running], [10, 1])
        yield* door.open
      })
    )

    it.effect("runs, none of it lost and none twice, with several workers", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 3 })
        const expected = names("task", 2000)
        const futures = yield* Effect.forEach(expected, (name) => executor.submit(Noting.note(trace.file, name)))
        assert.deepStrictEqual(yield* Future.all(futures), expected)
        assertAllOnce(trace.lines(), expected)
      })
    )

    it.effect("runs in the order of submission", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 1 })
        // The worker is there only the second time.
        const expected = [...names("early", 300), ...names("late", 300)]
        for (const name of expected) {
          if (name === "late0") yield* Executor.awaitIdle(executor)
          yield* executor.submit(Noting.note(trace.file, name))
          // Some of them come while others are on their way.
          if (name.endsWith("7")) yield* Effect.yieldNow
        }
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(trace.lines(), expected)
      })
    )

    it.effect("is overtaken by what has a greater priority", () =>
      Effect.gen(function* () {
        const { door, executor, lines, note } = yield* busyWith(make, names("low", 10))
        for (const name of names("high", 3)) yield* note(name, { priority: 1 })
        yield* note("highest", { priority: 2 })
        yield* note("lowest", { priority: -1 })
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(lines(), ["highest", ...names("high", 3), ...names("low", 10), "lowest"])
      })
    )

    it.effect("is taken over by a worker that has nothing to do", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 2 })
        yield* warmUp(executor)
        const [long, short] = [yield* socketGate, yield* socketGate]
        yield* executor.submit(Tasks.pass(long.address, "long"))
        yield* executor.submit(Tasks.pass(short.address, "short"))
        yield* Effect.all([long.untilArrived(1), short.untilArrived(1)])
        const waiting = names("waiting", 10)
        const futures = yield* Effect.forEach(waiting, (name) =>
          executor.submit(Noting.note(trace.file, name), { name })
        )
        yield* until(() => prefetchedBy(executor).length >= 5)
        yield* short.open
        assert.deepStrictEqual(yield* Future.all(futures), waiting)
        assertAllOnce(trace.lines(), waiting)
        assert.strictEqual((yield* Executor.stats(executor)).running, 1)
        yield* long.open
      })
    )

    it.effect("is taken over by a worker that starts only then", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* socketGate
        yield* executor.submit(Tasks.pass(door.address, "long"))
        yield* door.untilArrived(1)
        const waiting = names("waiting", 10)
        const futures = yield* Effect.forEach(waiting, (name) => executor.submit(Noting.note(trace.file, name)))
        assert.deepStrictEqual(yield* Future.all(futures), waiting)
        assertAllOnce(trace.lines(), waiting)
        yield* door.open
      })
    )

    it.effect("is left where it is when it has begun there, though the news of that is still on its way", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 3 })
        yield* warmUp(executor)
        const door = yield* socketGate
        const busy = yield* submitAll(executor, door, names("busy", 3))
        yield* door.untilArrived(3)
        const waiting = names("waiting", 20)
        const futures = yield* Effect.forEach(waiting, (name) => executor.submit(Noting.note(trace.file, name)))
        yield* until(() => prefetchedBy(executor).length >= 5)
        // The first of the workers that is heard of looks for something to do.
        const heard = yield* Latch.make()
        let count = 0
        const more = Effect.gen(function* () {
          yield* Effect.forEach(names("more", 2), (name) => executor.submit(Noting.note(trace.file, name)))
          if (++count === busy.length) yield* heard.open
        })
        for (const future of busy) yield* Future.onDone(future, () => more)
        yield* door.open
        yield* until(() => trace.lines().length > 0)
        for (const end = performance.now() + 100; performance.now() < end;);
        assert.deepStrictEqual(yield* Future.all(futures), waiting)
        // A task is over before what was to be done then is done: idle may be before the last of these.
        yield* heard.await
        yield* Executor.awaitIdle(executor)
        assertAllOnce(trace.lines(), [...waiting, ...names("more", 2), ...names("more", 2), ...names("more", 2)])
      })
    )

    it.effect("never runs when it is cancelled, and what is behind it does", () =>
      Effect.gen(function* () {
        const { door, executor, futures, lines } = yield* busyWith(make, names("task", 10))
        const [first, , third] = futures
        assert.include(prefetchedBy(executor), "task0")
        assert.isTrue(yield* Future.cancel(first!))
        assert.isTrue(yield* Future.cancel(third!, { running: false }))
        assert.isTrue(yield* Future.cancel(first!))
        assert.deepStrictEqual(statesOf([first!, third!]), ["cancelled", "cancelled"])
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(lines(), ["task1", ...names("task", 10).slice(3)])
      })
    )

    it.effect("is left alone by a cancel of what is pending, once it runs", () =>
      Effect.gen(function* () {
        const { busy, door, executor } = yield* busyWith(make, [])
        const next = yield* executor.submit(Tasks.pass(door.address, "next"))
        yield* until(() => prefetchedBy(executor).length === 1)
        yield* door.admit(1)
        yield* door.untilArrived(2)
        assert.isFalse(yield* Future.cancel(next, { running: false }))
        assert.isFalse(yield* Future.cancel(busy))
        yield* door.open
        assert.strictEqual(yield* next, "next")
      })
    )

    it.effect("never runs when its fiber is interrupted", () =>
      Effect.gen(function* () {
        const { door, executor, futures, lines } = yield* busyWith(make, names("task", 10))
        yield* Fiber.interrupt(futures[1]!.fiber)
        assert.strictEqual(futures[1]!.state, "cancelled")
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(lines(), ["task0", ...names("task", 10).slice(2)])
      })
    )

    it.effect("fails when it waits for longer than queueTimeout, and never runs", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const door = yield* socketGate
        const executor = yield* make({ maxWorkers: 1, queueTimeout: "1 hour" })
        yield* warmUp(executor)
        yield* executor.submit(Tasks.pass(door.address, "busy"))
        yield* door.untilArrived(1)
        const late = yield* executor.submit(Noting.note(trace.file, "late"), { name: "late" })
        yield* until(() => prefetchedBy(executor).length === 1)
        yield* TestClock.adjust("1 hour")
        assertTimeout(yield* Effect.flip(late), { task: "late", millis: 3_600_000, phase: "queued" })
        yield* door.open
        yield* Executor.run(executor, Noting.note(trace.file, "other"))
        assert.deepStrictEqual(trace.lines(), ["other"])
        assert.strictEqual((yield* Executor.stats(executor)).timedOut, 1)
      })
    )

    it.effect("has its timeout counted from its start", () =>
      Effect.gen(function* () {
        const { door, executor } = yield* busyWith(make, [])
        const next = yield* executor.submit(Tasks.pass(door.address, "next"), { timeout: "1 minute", name: "next" })
        yield* until(() => prefetchedBy(executor).length === 1)
        yield* TestClock.adjust("1 hour")
        yield* door.admit(1)
        yield* until(() => Future.isRunning(next))
        yield* door.untilArrived(2)
        yield* letOthersRun
        yield* TestClock.adjust("59 seconds")
        yield* letOthersRun
        assert.strictEqual(next.state, "running")
        yield* TestClock.adjust("1 second")
        assertTimeout(yield* Effect.flip(next), { task: "next", millis: 60_000, phase: "running" })
      })
    )

    it.effect("counts against the limit of its group", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        yield* warmUp(executor)
        const { close, made: group } = yield* inOwnScope(Executor.group(executor, { maxWorkers: 1 }))
        const door = yield* socketGate
        const futures = yield* Effect.forEach(names("task", 8), (name) => group.submit(Tasks.pass(door.address, name)))
        for (let begun = 1; begun <= 5; begun++) {
          yield* door.untilArrived(begun)
          yield* letOthersRun
          assert.strictEqual(door.waiting, 1)
          yield* door.admit(1)
        }
        yield* door.untilArrived(6)
        yield* close
        assert.deepStrictEqual(statesOf(futures).slice(5), ["cancelled", "cancelled", "cancelled"])
        assert.deepStrictEqual(door.arrivals, names("task", 6))
        assert.deepStrictEqual(leftovers(group), [])
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )

    it.effect("of a group ends with it, and that of others runs", () =>
      Effect.gen(function* () {
        const { door, executor, lines, note, trace } = yield* busyWith(make, [])
        const { close, made: group } = yield* inOwnScope(Executor.group(executor))
        const others = names("other", 3)
        const inGroup: Array<Future.Future<unknown, unknown>> = []
        for (const other of others) {
          inGroup.push(yield* group.submit(Noting.note(trace.file, "of the group"), { name: "of the group" }))
          yield* note(other)
        }
        yield* until(() => prefetchedBy(executor).includes("of the group"))
        yield* close
        assert.deepStrictEqual(statesOf(inGroup), ["cancelled", "cancelled", "cancelled"])
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(lines(), others)
      })
    )

    it.effect("is finished by a shutdown that drains", () =>
      Effect.gen(function* () {
        const { busy, door, executor, futures, lines } = yield* busyWith(make, names("task", 10))
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.isTrue([busy, ...futures].every((future) => future.state === "finished"))
        assert.deepStrictEqual(lines(), names("task", 10))
        assert.deepStrictEqual(leftovers(executor), [])
      })
    )

    it.effect("is cancelled by a shutdown that cancels what is pending", () =>
      Effect.gen(function* () {
        const { busy, door, executor, futures, lines } = yield* busyWith(make, names("task", 10))
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "cancelPending" }))
        assert.isTrue(futures.every(Future.isCancelled))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.strictEqual(yield* busy, "busy")
        assert.deepStrictEqual(lines(), [])
        assert.deepStrictEqual(leftovers(executor), [])
      })
    )

    it.effect("is cancelled by a shutdown that interrupts, and by the end of the scope", () =>
      Effect.gen(function* () {
        for (const end of ["shutdown", "scope"]) {
          const { busy, close, executor, futures, lines } = yield* busyWith(make, names("task", 10))
          yield* end === "scope" ? close : Executor.shutdown(executor, { mode: "interrupt" })
          assert.isTrue([busy, ...futures].every(Future.isCancelled))
          assert.deepStrictEqual(lines(), [])
          assert.deepStrictEqual(leftovers(executor), [])
        }
      })
    )

    it.effect("runs elsewhere, once and in order, when its worker crashes", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const door = yield* socketGate
        const executor = yield* make({ maxWorkers: 1 })
        yield* warmUp(executor)
        const crashing = yield* executor.submit(Noting.passAndExit(door.address, "crashing"))
        yield* door.untilArrived(1)
        const expected = names("task", 50)
        const futures = yield* Effect.forEach(expected, (name) =>
          executor.submit(Noting.note(trace.file, name), { name })
        )
        yield* until(() => prefetchedBy(executor).length >= 5)
        yield* door.open
        assert.instanceOf(yield* Effect.flip(crashing), WorkerCrashedError)
        assert.deepStrictEqual(yield* Future.all(futures), expected)
        assert.deepStrictEqual(trace.lines(), expected)
        assert.strictEqual((yield* Executor.stats(executor)).workers, 1)
      })
    )

    it.effect("runs once also when it is known only after the worker's death that it has run", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 2 })
        for (let round = 0; round < 2; round++) {
          yield* warmUp(executor)
          const before = trace.lines().length
          const expected = names(`round${round}task`, 40)
          const isBad = (index: number) => index === 10 || index === 25
          const futures = yield* Effect.forEach(expected, (name, index) =>
            executor.submit(isBad(index) ? Noting.noteAndExit(trace.file, name) : Noting.note(trace.file, name))
          )
          // The workers get what they prefetch, and nothing of what they tell is heard for a while.
          yield* until(() => prefetchedBy(executor).length > 0 || trace.lines().length > before)
          for (const end = performance.now() + 100; performance.now() < end;);
          yield* Future.wait(futures)
          assertAllOnce(trace.lines().slice(before), expected)
        }
      })
    )

    it.effect(
      "runs elsewhere, once and in order, when its worker is given up just as what was before it has ended",
      () =>
        Effect.gen(function* () {
          const trace = yield* traces
          const executor = yield* make({ maxWorkers: 1 })
          yield* warmUp(executor)
          const sign = `${trace.file}.sign`
          const first = yield* executor.submit(Noting.awaitFile(trace.file, sign, "first"))
          yield* until(() => trace.lines().length === 1)
          const spins = yield* executor.submit(Noting.noteAndSpin(trace.file, "spins"))
          const waiting = names("waiting", 5)
          const futures = yield* Effect.forEach(waiting, (name) =>
            executor.submit(Noting.note(trace.file, name), { name })
          )
          yield* until(() => prefetchedBy(executor).length >= 6)
          // Calls are sent at the end of the turn.
          yield* letOthersRun
          // All in one turn: that it has ended is not known here when the worker is given up.
          fs.writeFileSync(sign, "")
          while (trace.lines().length < 2);
          giveUp(executor)
          assert.strictEqual(yield* first, "first")
          assert.instanceOf(yield* Effect.flip(spins), WorkerCrashedError)
          assert.deepStrictEqual(yield* Future.all(futures), waiting)
          assert.deepStrictEqual(trace.lines(), ["first", "spins", ...waiting])
        })
    )

    it.effect("crashes alone, be it one in ten", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 2 })
        const isBad = (index: number) => index % 10 === 5
        const expected = names("task", 60)
        const futures = yield* Effect.forEach(expected, (name, index) =>
          executor.submit(isBad(index) ? Noting.noteAndExit(trace.file, name) : Noting.note(trace.file, name), { name })
        )
        yield* Future.wait(futures)
        for (const [index, future] of futures.entries()) {
          if (isBad(index)) assert.instanceOf(yield* Effect.flip(future), WorkerCrashedError)
          else assert.strictEqual(yield* future, expected[index])
        }
        assertAllOnce(trace.lines(), expected)
      })
    )

    it.effect("runs, once and in order, when what is before it is stopped by force", () =>
      Effect.gen(function* () {
        for (const preempt of ["inspector", "terminate"] as const) {
          const trace = yield* traces
          const executor = yield* make({ maxWorkers: 1, preempt })
          yield* warmUp(executor)
          const spinning = yield* executor.submit(Noting.noteAndSpin(trace.file, "spins"))
          yield* until(() => trace.lines().length === 1)
          const expected = names("task", 50)
          const futures = yield* Effect.forEach(expected, (name) =>
            executor.submit(Noting.note(trace.file, name), { name })
          )
          yield* until(() => prefetchedBy(executor).length >= 5)
          assert.isTrue(yield* Future.cancel(spinning))
          assert.deepStrictEqual(yield* Future.all(futures), expected)
          assert.deepStrictEqual(trace.lines(), ["spins", ...expected])
        }
      })
    )
  })

  describe.each(kinds)("%s: a future's fiber", (_, make) => {
    it.effect("may be interrupted at any moment, and the other tasks run once", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 2 })
        yield* warmUp(executor)
        const before = (yield* Executor.stats(executor)).succeeded
        const all = names("task", 600)
        const futures: Array<Future.Future<string, unknown>> = []
        const interruptions: Array<Fiber.Fiber<unknown>> = []
        for (const [index, name] of all.entries()) {
          futures.push(yield* executor.submit(Noting.note(trace.file, name), { name }))
          // At once, when it may be handed over or run, and when it may have ended.
          const victim = [index, index - 20, index - 60][index % 3]!
          if (index % 4 === 0 && victim >= 0) {
            interruptions.push(yield* Effect.forkChild(Fiber.interrupt(futures[victim]!.fiber)))
          }
          if (index % 50 === 0) yield* letOthersRun
        }
        yield* Effect.forEach(interruptions, Fiber.join)
        yield* Future.wait(futures)
        yield* Executor.awaitIdle(executor)
        const lines = trace.lines()
        assert.strictEqual(new Set(lines).size, lines.length, "none ran twice")
        const finished = futures.filter((future) => future.state === "finished").map((future) => future.name)
        assert.includeMembers(lines, finished)
        const { cancelled, succeeded } = yield* Executor.stats(executor)
        assert.deepStrictEqual([cancelled, succeeded - before], [all.length - finished.length, finished.length])
        assert.isAbove(cancelled, 0)
      })
    )

    it.effect("stops the task in the worker when it is interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const [door, cleaning] = [yield* socketGate, yield* socketGate]
        const future = yield* executor.submit(Tasks.passThenClean(door.address, cleaning.address, "it"))
        yield* door.untilArrived(1)
        const interrupting = yield* begin(Fiber.interrupt(future.fiber))
        yield* cleaning.untilArrived(1)
        assert.isFalse(Future.isDone(future))
        yield* cleaning.open
        yield* Fiber.join(interrupting)
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )
  })

  describe.each(kinds)("%s: its workers", (_, make) => {
    it.effect("are replaced after maxTasksPerWorker tasks, and no task is lost to that", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 1, maxTasksPerWorker: 3 })
        const expected = names("task", 8)
        const where: Array<string> = []
        for (const name of expected) yield* executor.submit(Noting.note(trace.file, name))
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(trace.lines(), expected)
        for (let n = 0; n < 9; n++) where.push(yield* Executor.run(executor, Noting.here()))
        // The third worker has done two tasks before these.
        assert.deepStrictEqual(
          where.map((here) => Array.from(new Set(where)).indexOf(here)),
          [0, 1, 1, 1, 2, 2, 2, 3, 3]
        )
      })
    )

    it.effect("end when nothing has used them for idleTimeToLive, and new ones are made when they are needed", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, idleTimeToLive: "1 minute" })
        const recording = yield* recordEvents(executor)
        const before = yield* Executor.run(executor, Noting.here())
        yield* letOthersRun
        const workers = Effect.map(Executor.stats(executor), (stats) => stats.workers)
        assert.strictEqual(yield* workers, 1)
        yield* TestClock.adjust("5 minutes")
        yield* eventually(workers, 0)
        assert.notStrictEqual(yield* Executor.run(executor, Noting.here()), before)
        yield* Executor.shutdown(executor)
        const events = Array.from(yield* Fiber.join(recording))
        assert.deepStrictEqual(
          events.flatMap((event) => (event._tag.startsWith("Worker") ? [event._tag] : [])),
          ["WorkerStarted", "WorkerEnded", "WorkerStarted", "WorkerEnded"]
        )
      })
    )

    it.effect("are kept, minWorkers of them, however long nothing uses them", () =>
      Effect.gen(function* () {
        const executor = yield* make({ minWorkers: 1, maxWorkers: 2, idleTimeToLive: "1 minute" })
        yield* eventually(
          Effect.map(Executor.stats(executor), (stats) => stats.workers),
          1
        )
        const before = yield* Executor.run(executor, Noting.here())
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* Executor.run(executor, Noting.here()), before)
      })
    )

    it.effect("come from the spares that were started before, when one has died", () =>
      Effect.gen(function* () {
        const starts = yield* traces
        const executor = yield* make({
          maxWorkers: 1,
          spares: 1,
          env: { ...process.env, NOTE_STARTS_IN: starts.file },
          execArgv: importing("noteStart.ts")
        })
        const first = yield* Executor.run(executor, Noting.here())
        yield* until(() => starts.lines().length === 2)
        const spare = starts.lines().find((line) => line !== first)
        const exit = yield* Effect.exit(Executor.run(executor, Noting.noteAndExit(starts.file, "exits")))
        assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual(yield* Executor.run(executor, Noting.here()), spare)
        // Which is replaced in turn.
        yield* until(() => starts.lines().filter((line) => line !== "exits").length === 3)
      })
    )

    it.effect("that cannot start fail the tasks that wait for them, after a few tries, and do not block the end", () =>
      Effect.gen(function* () {
        const starts = yield* traces
        const executor = yield* make({
          maxWorkers: 1,
          env: { ...process.env, NOTE_STARTS_IN: starts.file },
          execArgv: importing("failStart.ts")
        })
        const futures = yield* Effect.forEach(names("task", 3), (name) => executor.submit(Tasks.echo(name)))
        for (const future of futures) {
          const error = yield* Effect.flip(future)
          assert.instanceOf(error, WorkerCrashedError)
          assert.include(String(error), "no start today")
        }
        const tries = starts.lines().length
        assert.isAtLeast(tries, 2)
        assert.isAtMost(tries, 5)
        yield* letOthersRun
        assert.strictEqual((yield* Executor.stats(executor)).failed, 3)
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(leftovers(executor), [])
        assert.strictEqual(starts.lines().length, tries)
      })
    )

    it.effect("that Node refuses to start fail the tasks that wait for them", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, execArgv: ["--no-such-flag"] })
        const error = yield* Effect.flip(Executor.run(executor, Tasks.add(1, 2)))
        assert.instanceOf(error, WorkerCrashedError)
        assert.include(String(error), "--no-such-flag")
      })
    )

    it.effect("that cannot start are not waited for by who cancels a task or closes the scope", () =>
      Effect.gen(function* () {
        const { close, made: executor } = yield* inOwnScope(make({ maxWorkers: 1, execArgv: ["--no-such-flag"] }))
        const [one, other] = [yield* executor.submit(Tasks.add(1, 2)), yield* executor.submit(Tasks.add(1, 2))]
        assert.isTrue(yield* Future.cancel(one))
        yield* close
        assert.strictEqual(other.state, "cancelled")
        assert.deepStrictEqual(leftovers(executor), [])
      })
    )

    it.effect("tell of each task that it was submitted, started and ended, once, whatever happens", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 2 })
        const recording = yield* recordEvents(executor)
        const futures: Array<Future.Future<unknown, unknown>> = []
        for (const [index, name] of names("task", 200).entries()) {
          const task = index === 100 ? Noting.noteAndExit(trace.file, name) : Noting.note(trace.file, name)
          futures.push(yield* executor.submit(task))
          if (index % 7 === 3) yield* Effect.forkChild(Future.cancel(futures[index - 2]!))
        }
        yield* Executor.shutdown(executor)
        const events = Array.from(yield* Fiber.join(recording))
        for (const { id, state } of futures) {
          const tags = events.flatMap((event) => ("id" in event && event.id === id ? [event._tag] : []))
          if (state === "cancelled") assert.include(["Submitted,Ended", "Submitted,Started,Ended"], tags.join())
          else assert.deepStrictEqual(tags, ["Submitted", "Started", "Ended"])
        }
        const { cancelled, failed, pending, running, succeeded } = yield* Executor.stats(executor)
        assert.deepStrictEqual([pending, running, failed], [0, 0, 1])
        assert.strictEqual(succeeded + cancelled, 199)
        assert.strictEqual(cancelled, futures.filter(Future.isCancelled).length)
        assert.deepStrictEqual(leftovers(executor), [])
      })
    )
  })
}
