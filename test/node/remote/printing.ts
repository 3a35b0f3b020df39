/** A program whose tasks print: `node printing.ts ThreadExecutor 25000`. */
import { Effect } from "effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Leaving } from "./tasks.ts"

const [, , kind, lines] = process.argv
const { make } = kind === "ThreadExecutor" ? ThreadExecutor : ProcessExecutor
const program = Effect.gen(function* () {
  const executor = yield* make({ maxWorkers: 2 })
  yield* Effect.all(
    ["a", "b"].map((name) => Executor.run(executor, Leaving.print(Number(lines), name))),
    { concurrency: 2 }
  )
})
await Effect.runPromise(Effect.scoped(program))
