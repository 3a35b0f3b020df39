import { assert, describe, it, vi } from "@effect/vitest"
import { Console, Effect, Schedule } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Trace } from "effect-futures/trace"
import { WorkerInspector } from "../../src/internal/node/preemption/WorkerInspector.ts"
import { Tasks } from "./tasks.ts"

/** Dumps until what is sought is in it. */
const dumpWith = (executor: Executor.Executor<unknown>, sought: RegExp) =>
  Executor.dump(executor).pipe(
    Effect.repeat({ until: (text) => sought.test(text), schedule: Schedule.spaced("5 millis") })
  )

describe("Executor.dump of threads", () => {
  it.live("says at which line a task is stuck", () =>
    Effect.gen(function* () {
      const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
      yield* executor.submit(Tasks.spin(), { name: "poisoned", timeout: "20 seconds" })
      const text = yield* dumpWith(executor, /spin/)
      assert.match(text, /"poisoned" running for .* of at most 20\.0 s\n.*at spin \(.*tasks\.ts:\d+:\d+\)/)
    }).pipe(Effect.scoped)
  )

  it.live("harms nobody, however often it is asked for in the midst of work", () =>
    Effect.gen(function* () {
      const executor = yield* ThreadExecutor.make({ maxWorkers: 2 })
      const futures = yield* Effect.forEach(Array.from({ length: 60 }), () => executor.submit(Tasks.compute(5)))
      const dumping = yield* Effect.forkChild(Effect.forever(Executor.dump(executor)))
      const results = yield* Future.all(futures)
      assert.isTrue(results.every((result) => result === 0))
      assert.isTrue(dumping.pollUnsafe() === undefined)
      const { crashed, succeeded } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ crashed, succeeded }, { crashed: 0, succeeded: 60 })
    }).pipe(Effect.scoped)
  )

  it.live("answers in the midst of a storm, asks each thread once, and pauses none", () =>
    Effect.gen(function* () {
      const spinning = 4
      const dumps = 5
      const executor = yield* ThreadExecutor.make({ maxWorkers: spinning })
      yield* Effect.forEach(Array.from({ length: spinning }), () => executor.submit(Tasks.spin(), { name: "spins" }))
      yield* dumpWith(executor, /(at spin[^]*){4}/)
      yield* Effect.forEach(Array.from({ length: 5000 }), (_, n) => executor.submit(Tasks.double(n)))
      const command = vi.spyOn(WorkerInspector.prototype, "command")
      const tell = vi.spyOn(WorkerInspector.prototype, "tell")
      const took: Array<number> = []
      for (let n = 0; n < dumps; n++) {
        const start = performance.now()
        const text = yield* Executor.dump(executor)
        took.push(performance.now() - start)
        assert.match(text, /4 running, 5000 waiting, 0 succeeded; 4 of 4 workers/)
        assert.match(text, /and 4990 more/)
      }
      // For whoever runs it: how long it takes depends on what else the machine does.
      console.log(`A dump in the midst of a storm took ${took.map((each) => each.toFixed(1)).join(", ")} ms`)
      assert.isAtMost(command.mock.calls.length, dumps * spinning)
      assert.strictEqual(tell.mock.calls.length, 0)
      vi.restoreAllMocks()
      // The storm goes on.
      const { crashed, running } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ crashed, running }, { crashed: 0, running: spinning })
    }).pipe(Effect.scoped)
  )

  it.live("does not wait for one that cannot answer", () =>
    Effect.gen(function* () {
      const executor = yield* ThreadExecutor.make({ maxWorkers: 1, preempt: "terminate" })
      yield* executor.submit(Tasks.spin(), { name: "poisoned" })
      const text = yield* dumpWith(executor, /worker 1.*\n.*poisoned/)
      assert.include(text, "its stack cannot be read")
    }).pipe(Effect.scoped)
  )
})

describe("Executor.dump of processes", () => {
  it.live("says which process it is, and whether it computes", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1 })
      yield* executor.submit(Tasks.spin(), { name: "poisoned" })
      yield* dumpWith(executor, process.platform === "linux" ? /process \d+, which computes/ : /process \d+/)
    }).pipe(Effect.scoped)
  )
})

describe("Executor.dump of fibers", () => {
  it.live("says in which traced function a task is", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const askDatabase = Effect.fn("askDatabase")(function* () {
        yield* Effect.never
      })
      yield* executor.submit(askDatabase(), { name: "page" })
      const text = yield* dumpWith(executor, /running for/)
      assert.match(text, /in askDatabase .*dump\.test\.ts/)
    }).pipe(Effect.scoped)
  )

  it.live("says what has lent its worker and waits for the very executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      yield* executor.submit(Executor.run(executor, Effect.never, { name: "inner" }), { name: "outer" })
      const text = yield* dumpWith(executor, /lent/)
      assert.match(text, /lent to others: 1\n.*"outer" running/)
    }).pipe(Effect.scoped)
  )
})

describe("Executor.dump of many", () => {
  it.live("shows the beginning of a long name", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      for (const name of ["r", "w"]) yield* executor.submit(Effect.never, { name: name.repeat(100_000) })
      const text = yield* dumpWith(executor, /running for/)
      assert.match(text, /"r{199}…" running for/)
      assert.match(text, /"w{199}…" for/)
    }).pipe(Effect.scoped)
  )

  it.live("lists the groups that have tasks first, and no more of them than can be read", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 10_000 })
      const tenants = yield* Executor.keyed(executor, { name: "tenants" })
      for (let n = 0; n < 200; n++) yield* tenants.get(n).submit(Effect.never)
      for (let n = 0; n < 2; n++) yield* tenants.get("busy").submit(Effect.never)
      yield* Effect.forEach(Array.from({ length: 9000 }), () => executor.submit(Effect.never))
      const lines = (yield* Executor.dump(executor)).split("\n").filter((line) => /group/.test(line))
      assert.match(lines[1]!, /group "tenants\/busy": 1 running, 1 waiting/)
      assert.match(lines.at(-1)!, /and 151 groups more/)
    }).pipe(Effect.scoped)
  )
})

describe("Trace.dumpOnSignal", () => {
  it.live("prints it, and leaves the signal alone when its scope is closed", () =>
    Effect.gen(function* () {
      const before = process.listenerCount("SIGUSR2")
      const printed = Promise.withResolvers<string>()
      const console: Console.Console = { ...globalThis.console, error: (text: string) => printed.resolve(text) }
      yield* Effect.scoped(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ name: "asked" })
          yield* Trace.dumpOnSignal([executor])
          process.kill(process.pid, "SIGUSR2")
          assert.match(yield* Effect.promise(() => printed.promise), /^"asked": 0 running/)
        }).pipe(Effect.provideService(Console.Console, console))
      )
      assert.strictEqual(process.listenerCount("SIGUSR2"), before)
    })
  )
})
