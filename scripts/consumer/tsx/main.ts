import { Effect } from "effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Lengths } from "./tasks.js"

const program = Effect.flatMap(Executor.Executor, (executor) => Executor.run(executor, Lengths.inMetres(2)))

for (const layer of [ThreadExecutor.layer({ maxWorkers: 1 }), ProcessExecutor.layer({ maxWorkers: 1 })]) {
  console.log(await Effect.runPromise(Effect.provide(program, layer)))
}
