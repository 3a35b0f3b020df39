import { Console, Effect } from "effect"
import { ThreadExecutor } from "effect-futures/node"
import { Stuck } from "./stuck.ts"

/** Two tasks that never end, one after the other. */
const program = Effect.gen(function* () {
  const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
  for (let i = 0; i < 2; i++) {
    const error = yield* Effect.flip(yield* executor.submit(Stuck.spin(), { timeout: "200 millis" }))
    if (error._tag === "TaskTimeoutError") yield* Console.log(`${error._tag} at ${error.stuckAt.length} frames`)
  }
})

await Effect.runPromise(Effect.scoped(program))
