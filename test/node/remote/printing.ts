/** A program whose tasks print so many lines each, in one executor after the other: `node printing.ts ThreadExecutor 12500 1`. */
import * as Effect from "effect/Effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Leaving } from "./tasks.ts"

const [, , kind, lines, executors] = process.argv
const { make } = kind === "ThreadExecutor" ? ThreadExecutor : ProcessExecutor
const program = Effect.gen(function* () {
  const executor = yield* make({ maxWorkers: 2 })
  yield* Effect.all(
    ["a", "b"].map((name) => Executor.run(executor, Leaving.print(Number(lines), name))),
    { concurrency: 2 }
  )
})
for (let i = 0; i < Number(executors); i++) await Effect.runPromise(Effect.scoped(program))
