/** Makes executors of threads with a limit, and has each do two tasks: started with flags that make the limit useless, or without. */
import * as Effect from "effect/Effect"
import { ThreadExecutor } from "effect-futures/node"
import { Tasks } from "./tasks.ts"

const program = Effect.gen(function* () {
  const executor = yield* ThreadExecutor.make({ maxWorkers: 2, resourceLimits: { maxOldGenerationSizeMb: 64 } })
  yield* yield* executor.submit(Tasks.user())
  yield* yield* executor.submit(Tasks.user())
})

await Effect.runPromise(Effect.scoped(program))
