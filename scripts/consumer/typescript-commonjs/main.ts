import { Effect } from "effect"
import { Executor } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { Sums } from "./tasks.js"

const program = Effect.flatMap(Executor.Executor, (cpu) => Executor.run(cpu, Sums.add(40, 2)))

void Effect.runPromise(Effect.provide(program, ThreadExecutor.layer({ maxWorkers: 1 }))).then(console.log)
