// The facts about the systems that this library takes in which need threads or processes: the stuck task above all.
// The others are in `test/sources/`, and what both kinds have in common with fibers in the behaviour table.
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  Executor,
  ExecutorShutdownError,
  Future,
  TaskCancelledError,
  TaskEncodingError,
  TaskTimeoutError
} from "effect-futures"
import * as fs from "node:fs"
import * as os from "node:os"
import { fileURLToPath } from "node:url"
import { socketGate } from "../behaviour/Gate.ts"
import { begin, letOthersRun, statesOf, submitAll, until } from "../behaviour/support.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { captureLogs } from "../support/futures.ts"
import { type Make, names, traces } from "./remoteExecutors/support.ts"
import { Noting, Stuck } from "./remoteExecutors/tasks.ts"

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The rows that need workers, for some kinds of executors. */
export const sourcesOfWorkers = (kinds: ReadonlyArray<readonly [name: string, make: Make]>): void => {
  describe.each(kinds)("%s: row 2: asynchronous", (kind, make) => {
    it.effect("row 2: a task that takes longer than its timeout is ended, however stuck, and its future fails", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 1, timeout: "1 second" })
        const future = yield* executor.submit(Stuck.spin(trace.file))
        yield* until(() => trace.lines().length === 1 && Future.isRunning(future))
        yield* letOthersRun
        yield* TestClock.adjust("1 second")
        assert.instanceOf(yield* Effect.flip(future), TaskTimeoutError)
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )

    it.effect(
      "row 2: a future is asked cancel, cancelled, running, done, result, exception and add_done_callback",
      () =>
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 1 })
          const door = yield* socketGate
          const good = yield* executor.submit(Tasks.pass(door.address, "good"))
          const bad = yield* executor.submit(Tasks.passThenRefuse(door.address, "an exception"))
          const unwanted = yield* executor.submit(Tasks.nothing())
          const called: Array<string> = []
          yield* Future.onDone(good, (future) => called.push(future.name))
          yield* until(() => Future.isRunning(good))
          assert.deepStrictEqual([Future.isDone(good), Future.isPending(bad)], [false, true])
          assert.isTrue(yield* Future.cancel(unwanted))
          assert.deepStrictEqual([Future.isCancelled(unwanted), Future.isDone(unwanted)], [true, true])
          yield* door.open
          assert.strictEqual(yield* Future.result(good), "good")
          assert.deepInclude(yield* Effect.flip(bad), { _tag: "Refused", reason: "an exception" })
          assert.deepStrictEqual(called, ["pass"])
        })
    )

    it.effect("row 2: a future goes through pending, running, and then cancelled or finished", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* socketGate
        const futures = [
          ...(yield* submitAll(executor, door, ["one", "two"])),
          yield* executor.submit(Tasks.refuse("three"))
        ]
        yield* door.untilArrived(1)
        assert.deepStrictEqual(statesOf(futures), ["running", "pending", "pending"])
        yield* door.admit(1)
        yield* door.untilArrived(2)
        yield* until(() => Future.isRunning(futures[1]!))
        assert.deepStrictEqual(statesOf(futures), ["finished", "running", "pending"])
        yield* Future.cancel(futures[1]!)
        yield* Future.await(futures[2]!)
        assert.deepStrictEqual(statesOf(futures), ["finished", "cancelled", "finished"])
      })
    )

    it.effect("row 2: a printed future shows its state, and the type of what it returned or failed with", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, timeout: "1 hour" })
        const door = yield* socketGate
        const trace = yield* traces
        const first = yield* executor.submit(Tasks.pass(door.address, "first"), { name: "it" })
        const futures = [
          first,
          yield* executor.submit(Tasks.refuse("no"), { name: "it" }),
          yield* executor.submit(Tasks.throws("no"), { name: "it" }),
          yield* executor.submit(Tasks.nothing(), { name: "it" })
        ]
        const shown = () => futures.map((future) => String(future).replace(/#\d+/, "#1"))
        yield* door.untilArrived(1)
        assert.deepStrictEqual(shown().slice(0, 2), ['Future(#1 "it") running', 'Future(#1 "it") pending'])
        yield* Future.cancel(futures[3]!)
        yield* door.open
        yield* Future.wait(futures)
        const stuck = yield* executor.submit(Stuck.spin(trace.file), { name: "it" })
        futures.push(stuck)
        yield* until(() => trace.lines().length === 1 && Future.isRunning(stuck))
        yield* letOthersRun
        yield* TestClock.adjust("1 hour")
        yield* Future.await(stuck)
        assert.deepStrictEqual(shown(), [
          'Future(#1 "it") finished: Success(string)',
          'Future(#1 "it") finished: Failure(Refused)',
          'Future(#1 "it") finished: Die(RangeError)',
          'Future(#1 "it") cancelled',
          'Future(#1 "it") finished: Failure(TaskTimeoutError)'
        ])
      })
    )

    it.effect("row 2: callbacks come after the task has ended, all of them even if one throws, which is reported", () =>
      Effect.gen(function* () {
        const { layer, logs } = captureLogs()
        const executor = yield* make({ maxWorkers: 1 })
        const [door, cleaning] = [yield* socketGate, yield* socketGate]
        yield* cleaning.open
        const called: Array<string> = []
        const future = yield* executor.submit(Tasks.passThenClean(door.address, cleaning.address, "it"))
        const callbacks = Effect.gen(function* () {
          yield* Future.onDone(future, () => called.push(`${cleaning.arrivals.length} cleaned`))
          yield* Future.onDone(future, () => {
            throw new RangeError("a bad callback")
          })
          yield* Future.onDone(future, () => called.push("last"))
        })
        yield* Effect.provide(callbacks, layer)
        yield* door.open
        assert.strictEqual(yield* future, "it")
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(called, ["1 cleaned", "last"])
        assert.strictEqual(logs.length, 1)
        assert.include(Cause.pretty(logs[0]!.cause), "a bad callback")
      })
    )

    it.effect("row 2: cancelling twice is fine, also what is stuck", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 1 })
        const future = yield* executor.submit(Stuck.spin(trace.file))
        yield* until(() => trace.lines().length === 1)
        const both = Effect.all([Future.cancel(future), Future.cancel(future)], { concurrency: 2 })
        assert.deepStrictEqual(yield* both, [true, true])
        assert.isTrue(yield* Future.cancel(future))
      })
    )

    it.effect(
      "row 2: when one of a map times out, the earlier results have been given and the later are cancelled",
      () =>
        Effect.gen(function* () {
          const trace = yield* traces
          const door = yield* socketGate
          const executor = yield* make({ maxWorkers: 2 })
          const given: Array<unknown> = []
          const mapping = yield* begin(
            Executor.map(
              executor,
              ["one", "two", "stuck", "later"],
              (name) => {
                if (name === "stuck") return Stuck.spin(trace.file)
                return name === "later" ? Tasks.pass(door.address, name) : Tasks.echo(name)
              },
              { timeout: "1 second" }
            ).pipe(
              Stream.runForEach((result) => Effect.sync(() => given.push(result))),
              Effect.flip
            )
          )
          yield* Effect.andThen(
            door.untilArrived(1),
            until(() => trace.lines().length === 1 && given.length === 2)
          )
          yield* letOthersRun
          yield* TestClock.adjust("1 second")
          assert.instanceOf(yield* Fiber.join(mapping), TaskTimeoutError)
          assert.deepStrictEqual(given, ["one", "two"])
          const { pending, running, succeeded } = yield* Executor.stats(executor)
          assert.deepStrictEqual([pending, running, succeeded], [0, 0, 2])
        })
    )

    it.effect("row 2: leaving the executor's block shuts it down, also on an error in the block", () =>
      Effect.gen(function* () {
        for (const end of [Effect.void, Effect.fail("an error in the block")]) {
          const trace = yield* traces
          let left: readonly [Executor.Executor<unknown>, Future.Future<unknown, unknown>] | undefined
          const exit = yield* Effect.gen(function* () {
            const executor = yield* make({ maxWorkers: 1 })
            left = [executor, yield* executor.submit(Stuck.spin(trace.file))]
            yield* until(() => trace.lines().length === 1)
            yield* end
          }).pipe(Effect.scoped, Effect.exit)
          assert.strictEqual(Exit.isSuccess(exit), end === Effect.void)
          const [executor, future] = left!
          assert.strictEqual(future.state, "cancelled")
          assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
          assert.instanceOf(yield* Effect.flip(executor.submit(Tasks.nothing())), ExecutorShutdownError)
          const pid = Number(trace.lines()[0]!.split("/")[0])
          assert.strictEqual(isAlive(pid), pid === process.pid)
        }
      })
    )

    it.effect("row 2: a result of a megabyte comes back whole", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const bytes = yield* Executor.run(executor, Tasks.bytes(1_048_576))
        assert.strictEqual(bytes.length, 1_048_576)
        assert.isTrue(bytes.every((byte) => byte === 7))
        assert.strictEqual(yield* Executor.run(executor, Tasks.sum(bytes)), 7 * 1_048_576)
      })
    )

    it.effect("row 2: a result that cannot cross ends its task in an error, and no other", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const futures = [
          yield* executor.submit(Stuck.giveWhatCannotCross()),
          yield* executor.submit(Tasks.echo("next"))
        ]
        const error = yield* Effect.flip(futures[0]!)
        assert.instanceOf(error, TaskEncodingError)
        assert.include(String(error), "result")
        assert.strictEqual(yield* futures[1]!, "next")
        assert.strictEqual(futures[0]!.state, "finished")
      })
    )

    if (kind === "ProcessExecutor") {
      it.effect("row 2: a timeout terminates the process of a task that does not stop of itself", () =>
        Effect.gen(function* () {
          const trace = yield* traces
          const executor = yield* make({ maxWorkers: 1 })
          const future = yield* executor.submit(Stuck.spin(trace.file), { timeout: "1 second" })
          yield* until(() => trace.lines().length === 1 && Future.isRunning(future))
          const pid = Number(trace.lines()[0]!.split("/")[0])
          assert.isTrue(isAlive(pid))
          yield* letOthersRun
          yield* TestClock.adjust("1 second")
          yield* Effect.flip(future)
          assert.isFalse(isAlive(pid))
        })
      )
    }
  })

  describe.each(kinds)("%s: row 3: concurrent.futures", (_, make) => {
    it.effect(
      "row 3: only a pending future is cancelled, if one asks for no more; a second cancel answers the same",
      () =>
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 1 })
          const door = yield* socketGate
          const futures = yield* submitAll(executor, door, ["runs", "waits"])
          yield* door.untilArrived(1)
          const cancelPending = Effect.forEach(futures, (future) => Future.cancel(future, { running: false }))
          assert.deepStrictEqual(yield* cancelPending, [false, true])
          assert.deepStrictEqual(yield* cancelPending, [false, true])
          yield* door.open
          assert.strictEqual(yield* futures[0]!, "runs")
          assert.instanceOf(yield* Effect.flip(Future.result(futures[1]!)), TaskCancelledError)
        })
    )

    it.effect("row 3: result(timeout) gives up in time, and the task goes on", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* socketGate
        const [future] = yield* submitAll(executor, door, ["late"])
        yield* door.untilArrived(1)
        const waiting = yield* begin(Effect.flip(Future.result(future!, { timeout: "1 second" })))
        yield* TestClock.adjust("1 second")
        assert.isTrue(Cause.isTimeoutError(yield* Fiber.join(waiting)))
        assert.strictEqual(future!.state, "running")
        yield* door.open
        assert.strictEqual(yield* future!, "late")
      })
    )

    it.effect("row 3: wait returns with the first done, the first failed, or all; those done already count", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* socketGate
        const [waiting] = yield* submitAll(executor, door, ["waiting"])
        yield* door.untilArrived(1)
        const finished = yield* executor.submit(Tasks.add(1, 2))
        const first = yield* Future.wait([waiting!, finished], { returnWhen: "firstCompleted" })
        assert.deepStrictEqual(first, { done: [finished], notDone: [waiting!] })
        const failed = yield* executor.submit(Tasks.refuse("no"))
        const bad = yield* Future.wait([waiting!, finished, failed], { returnWhen: "firstException" })
        assert.deepStrictEqual(bad.notDone, [waiting!])
        const late = yield* begin(Future.wait([waiting!, failed], { timeout: "1 second" }))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual((yield* Fiber.join(late)).notDone, [waiting!])
        const all = yield* begin(Future.wait([waiting!, finished, failed]))
        assert.isUndefined(all.pollUnsafe())
        yield* door.open
        assert.deepStrictEqual((yield* Fiber.join(all)).notDone, [])
      })
    )

    it.effect("row 3: the pool makes workers only when needed, never more than maxWorkers, and queues the rest", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* socketGate
        const counts: Array<readonly [workers: number, running: number, pending: number]> = []
        for (let n = 0; n < 4; n++) {
          yield* door.untilArrived(Math.min(n, 2))
          const { pending, running, workers } = yield* Executor.stats(executor)
          counts.push([workers, running, pending])
          yield* executor.submit(Tasks.pass(door.address, `task ${n}`))
        }
        assert.deepStrictEqual(counts, [
          [0, 0, 0],
          [1, 1, 0],
          [2, 2, 0],
          [2, 2, 1]
        ])
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.strictEqual((yield* Executor.stats(executor)).workers, 2)
      })
    )

    it.effect("row 3: the pool uses its workers again", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const where = new Set<string>()
        for (let n = 0; n < 10; n++) where.add(yield* Executor.run(executor, Noting.here()))
        assert.strictEqual(where.size, 1)
      })
    )

    it.effect("row 3: the number of workers defaults to the number of cores", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* make()).maxWorkers, os.availableParallelism())
      })
    )
  })

  describe.each(kinds)("%s: row 6: a guide to concurrent.futures", (kind, make) => {
    it.effect("row 6: map gives results in the order of the items", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const [slow, quick] = [yield* socketGate, yield* socketGate]
        const mapping = yield* begin(
          Stream.runCollect(
            Executor.map(executor, ["slow", "quick"], (name) =>
              Tasks.pass(name === "slow" ? slow.address : quick.address, name)
            )
          )
        )
        yield* Effect.all([slow.untilArrived(1), quick.untilArrived(1)])
        yield* quick.open
        yield* until(() => quick.waiting === 0)
        yield* letOthersRun
        yield* slow.open
        assert.deepStrictEqual(yield* Fiber.join(mapping), ["slow", "quick"])
      })
    )

    it.effect(`row 6: asCompleted with a timeout says "3 (of 6) futures unfinished"`, () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* socketGate
        const futures = yield* submitAll(executor, door, names("task", 6))
        const completed: Array<string> = []
        const waiting = yield* begin(
          Future.asCompleted(futures, { timeout: "35 seconds" }).pipe(
            Stream.mapEffect((future) => future),
            Stream.runForEach((name) => Effect.sync(() => completed.push(name))),
            Effect.flip
          )
        )
        for (let n = 1; n <= 3; n++) {
          yield* door.untilArrived(n)
          yield* door.admit(1)
        }
        yield* until(() => completed.length === 3)
        yield* TestClock.adjust("35 seconds")
        const error = yield* Fiber.join(waiting)
        assert.strictEqual(Cause.isTimeoutError(error) && error.message, "3 (of 6) futures unfinished")
        assert.deepStrictEqual(completed, ["task0", "task1", "task2"])
      })
    )

    it.effect("row 6: callbacks come in the order in which the futures end", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const ended: Array<string> = []
        const doors = yield* Effect.forEach(names("task", 3), () => socketGate)
        for (const [index, door] of doors.entries()) {
          const future = yield* executor.submit(Tasks.pass(door.address, "it"), { name: `task${index}` })
          yield* Future.onDone(future, ({ name }) => ended.push(name))
        }
        for (const index of [2, 0, 1]) {
          yield* doors[index]!.untilArrived(1)
          yield* doors[index]!.open
          yield* until(() => ended.includes(`task${index}`))
        }
        assert.deepStrictEqual(ended, ["task2", "task0", "task1"])
      })
    )

    it.effect("row 6: a task stuck in an endless loop is stopped by cancel, and its worker's place is free again", () =>
      Effect.gen(function* () {
        const trace = yield* traces
        const executor = yield* make({ maxWorkers: 1 })
        const stuck = yield* executor.submit(Stuck.spin(trace.file))
        yield* until(() => trace.lines().length === 1)
        assert.isTrue(yield* Future.cancel(stuck))
        assert.strictEqual(stuck.state, "cancelled")
        const here = yield* Executor.run(executor, Noting.here())
        // A thread goes on with its modules as they were; a process is another one.
        assert.strictEqual(here === trace.lines()[0], kind === "ThreadExecutor")
        assert.strictEqual((yield* Executor.stats(executor)).workers, 1)
      })
    )

    if (kind === "ThreadExecutor") {
      it.effect("row 6: a task stuck in an endless loop is stopped by its timeout, which says where it was", () =>
        Effect.gen(function* () {
          const trace = yield* traces
          const executor = yield* make({ maxWorkers: 1, timeout: "1 second" })
          const stuck = yield* executor.submit(Stuck.spin(trace.file))
          yield* until(() => trace.lines().length === 1 && Future.isRunning(stuck))
          yield* letOthersRun
          yield* TestClock.adjust("1 second")
          const error = yield* Effect.flip(stuck)
          if (!(error instanceof TaskTimeoutError)) return assert.fail(String(error))
          const [frame, caller] = error.stuckAt
          assert.deepStrictEqual([frame?.functionName, caller?.functionName], ["spinForEver", "spin"])
          const source = fs.readFileSync(fileURLToPath(frame!.url), "utf8").split("\n")
          assert.include(source[frame!.line - 1], "for (;;)")
          assert.include(error.message, `stuck at spinForEver (${frame!.url}:${frame!.line}`)
        })
      )
    }
  })
}
