/** Has tasks print so many lines each, and closes their executor when the task has ended, so many times. */
import * as Effect from "effect/Effect"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Printing } from "./tasks.ts"

const [, , kind, lines, times] = process.argv

const program = Effect.gen(function* () {
  const executor = yield* (kind === "ThreadExecutor" ? ThreadExecutor : ProcessExecutor).make({ maxWorkers: 1 })
  yield* yield* executor.submit(Printing.lines(Number(lines)))
})

for (let i = 0; i < Number(times); i++) await Effect.runPromise(Effect.scoped(program))
