import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { Executor, Future } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { Stuck } from "./processCuts/tasks.ts"

/** Waits until the process has the thread that can cut its tasks. */
const untilPrepared = (executor: Executor.Executor<Executor.Failure>) =>
  Effect.gen(function* () {
    const waiting = yield* executor.submit(Stuck.waits())
    yield* Executor.dump(executor).pipe(
      Effect.repeat({
        until: (text) => /running for/.test(text) && !/cannot be read/.test(text),
        schedule: Schedule.spaced("5 millis")
      })
    )
    yield* Future.cancel(waiting)
  })

const prepared = (options: ProcessExecutor.Options = {}) =>
  Effect.tap(
    ProcessExecutor.make({ maxWorkers: 1, minWorkers: 1, preempt: "inspector", output: "ignore", ...options }),
    untilPrepared
  )

const timeout = "30 millis"

/** Where a task was stuck when its time was over. */
const stuckAt = (executor: Executor.Executor<Executor.Failure>, task: ReturnType<typeof Stuck.spin>) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Executor.run(executor, task, { timeout }))
    return error._tag === "TaskTimeoutError" ? error.stuckAt.map(({ functionName }) => functionName) : error
  })

describe("ProcessExecutor with preempt: inspector", () => {
  it.live("cuts a stuck task, says where it was, and keeps the process and the state of its modules", () =>
    Effect.gen(function* () {
      const executor = yield* prepared()
      const { pid } = yield* Executor.run(executor, Stuck.state())
      assert.deepStrictEqual(yield* stuckAt(executor, Stuck.spin()), ["spin"])
      assert.deepStrictEqual(yield* Executor.run(executor, Stuck.state()), { pid, calls: 1 })
      const { crashed, workers } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ crashed, workers }, { crashed: 0, workers: 1 })
    }).pipe(Effect.scoped)
  )

  it.live("lets other tasks of the same process end", () =>
    Effect.gen(function* () {
      const executor = yield* prepared({ concurrency: 4 })
      for (let n = 0; n < 5; n++) {
        const others = yield* Effect.forEach(["a", "b", "c"], (value) => executor.submit(Stuck.echo(value)))
        yield* stuckAt(executor, Stuck.spin())
        assert.deepStrictEqual(yield* Future.all(others), ["a", "b", "c"])
      }
    }).pipe(Effect.scoped)
  )

  it.live("stops finalizers that never end, after grace, of several tasks at a time", () =>
    Effect.gen(function* () {
      const executor = yield* prepared({ concurrency: 3, grace: "20 millis" })
      for (let n = 0; n < 3; n++) {
        const futures = yield* Effect.forEach([1, 2, 3], () => executor.submit(Stuck.spinsWhenAsked(), { timeout }))
        for (const future of futures) assert.strictEqual((yield* Effect.flip(future))._tag, "TaskTimeoutError")
        assert.strictEqual(yield* Executor.run(executor, Stuck.echo("next")), "next")
      }
    }).pipe(Effect.scoped)
  )

  it.live("kills the process if what a task wrote makes its inspector unreadable, and goes on with another", () =>
    Effect.gen(function* () {
      const executor = yield* prepared()
      for (const text of ["garbage\n", "{}\n", "null\n", '{"paused":{}}\n', "x".repeat(5_000_000)]) {
        const error = yield* Effect.flip(Executor.run(executor, Stuck.scribbles(text), { timeout: "300 millis" }))
        assert.strictEqual(error._tag, "TaskTimeoutError")
        assert.isNumber((yield* Executor.run(executor, Stuck.state())).pid)
      }
    }).pipe(Effect.scoped)
  )

  it.live("shows in a dump where its tasks are", () =>
    Effect.gen(function* () {
      const executor = yield* prepared()
      const future = yield* executor.submit(Stuck.spin(), { name: "poisoned" })
      yield* Executor.dump(executor).pipe(
        Effect.repeat({ until: (text) => /at spin \(/.test(text), schedule: Schedule.spaced("5 millis") })
      )
      yield* Future.cancel(future)
    }).pipe(Effect.scoped)
  )

  it.live("tells of a task that ends its process, as without", () =>
    Effect.gen(function* () {
      const executor = yield* prepared()
      yield* stuckAt(executor, Stuck.spin())
      const left = yield* Effect.flip(Executor.run(executor, Stuck.leaves()))
      assert.deepStrictEqual([left._tag, "exitCode" in left && left.exitCode], ["WorkerCrashedError", 3])
    }).pipe(Effect.scoped)
  )

  it.live(
    "tells of a task that runs out of memory after another was cut",
    () =>
      Effect.gen(function* () {
        const executor = yield* prepared({
          execArgv: ["--conditions=effect-futures-source", "--max-old-space-size=64"]
        })
        yield* stuckAt(executor, Stuck.spin())
        const filled = yield* Effect.flip(Executor.run(executor, Stuck.fills()))
        assert.strictEqual(filled._tag, "WorkerCrashedError")
      }).pipe(Effect.scoped),
    60_000
  )

  it("ends with its program, prints nothing of its own, and leaves no process", async () => {
    const program = new URL("./processCuts/program.ts", import.meta.url)
    const flags = ["--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning", program.pathname]
    const { stderr, stdout } = await promisify(execFile)(process.execPath, flags)
    const pid = Number(/^pid (\d+)$/m.exec(stdout)?.[1])
    assert.throws(() => process.kill(pid, 0), "ESRCH")
    assert.strictEqual(stderr, "")
  })

  it("kills the process where the inspector is forbidden, and says so once", async () => {
    const program = new URL("./processCuts/program.ts", import.meta.url)
    const own = ["--permission", "--allow-child-process", "--allow-fs-read=*", "--allow-fs-write=*"]
    const flags = [...own, "--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning"]
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program.pathname])
    const lines = stdout.trim().split("\n")
    assert.lengthOf(
      lines.filter((line) => /cannot be cut here \(.*\), so its process is killed and replaced/.test(line)),
      1
    )
    assert.lengthOf(new Set(lines.filter((line) => line.startsWith("pid "))), 2)
  })
})

describe.each([
  ["threads", ThreadExecutor.make({ maxWorkers: 1, minWorkers: 1 })],
  ["processes", prepared()]
] as const)("%s that are cut", (_, make) => {
  it.live("say where a task was stuck, also if it answers the request to stop while it is being cut", () =>
    Effect.gen(function* () {
      const executor = yield* make
      for (let n = 0; n < 25; n++) assert.deepStrictEqual(yield* stuckAt(executor, Stuck.spinsLater()), ["spinsLater"])
    }).pipe(Effect.scoped)
  )
})
