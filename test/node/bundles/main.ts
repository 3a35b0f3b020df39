import * as Effect from "effect/Effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Sums } from "./tasks.ts"

// A program that is bundled, and must not be run by the workers that it starts.
console.log("main runs")

const report = (kind: string, use: Effect.Effect<unknown, Error>) =>
  Effect.matchCause(use, {
    onSuccess: (value) => console.log(kind, value),
    onFailure: (cause) => {
      for (const reason of cause.reasons) {
        const error = reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : reason
        console.log(kind, String(error))
      }
    }
  })

const add = Sums.add(1, 2)
const onThreads = Effect.flatMap(ThreadExecutor.make({ maxWorkers: 1 }), (cpu) => Executor.run(cpu, add))
const onProcesses = Effect.flatMap(ProcessExecutor.make({ maxWorkers: 1 }), (cpu) => Executor.run(cpu, add))

void Effect.runPromise(
  Effect.andThen(report("threads", Effect.scoped(onThreads)), report("processes", Effect.scoped(onProcesses)))
)
