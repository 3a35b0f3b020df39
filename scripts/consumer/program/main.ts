import { type Cause, Effect } from "effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Sums } from "./tasks.ts"

// The program that the bundlers get. If a worker ran it, it would say so twice.
console.log("main runs")
let threads = 0
process.on("worker", () => threads++)

const tell = (kind: string) => (cause: Cause.Cause<unknown>) =>
  Effect.sync(() => {
    for (const reason of cause.reasons) {
      console.log(kind, String(reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : reason))
    }
  })

const onThreads = Effect.gen(function* () {
  const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
  console.log("threads", yield* Executor.run(executor, Sums.add(40, 2)))
  const error = yield* Effect.flip(Executor.run(executor, Sums.never(), { timeout: "500 millis" }))
  console.log("threads", error._tag)
})

const onProcesses = Effect.gen(function* () {
  const executor = yield* ProcessExecutor.make({ maxWorkers: 1 })
  console.log("processes", yield* Executor.run(executor, Sums.add(40, 2)))
  const error = yield* Effect.flip(Executor.run(executor, Sums.never(), { timeout: "500 millis" }))
  console.log("processes", error._tag)
})

const program = Effect.gen(function* () {
  yield* Effect.catchCause(Effect.scoped(onThreads), tell("threads"))
  yield* Effect.catchCause(Effect.scoped(onProcesses), tell("processes"))
  console.log(threads === 0 ? "no thread was started" : "threads were started")
})

void Effect.runPromise(program)
