/** Records into a file, and exits in the way that is asked for, with a task that still runs. */
import { Effect } from "effect"
import { Executor, FiberExecutor } from "effect-futures"
import { Trace } from "effect-futures/trace"

const [, , file, how] = process.argv

const program = Effect.gen(function* () {
  const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
  yield* Trace.record(executor, { file: file! })
  yield* executor.submit(Effect.never, { name: "runs" })
  yield* Executor.run(executor, Effect.void, { name: "has ended" })
  if (how === "exits") process.exit(7)
  if (how === "throws") queueMicrotask(() => JSON.parse("no JSON"))
  yield* Effect.callback<never>(() => {})
})

Effect.runFork(Effect.scoped(program))
