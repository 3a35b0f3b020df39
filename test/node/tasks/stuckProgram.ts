import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { ThreadExecutor } from "effect-futures/node"
import { Stuck } from "./stuck.ts"

/** Two executors, one after the other, each with a task that never ends. */
const program = Effect.gen(function* () {
  const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
  const error = yield* Effect.flip(yield* executor.submit(Stuck.spin(), { timeout: "200 millis" }))
  if (error._tag === "TaskTimeoutError") yield* Console.log(`${error._tag} at ${error.stuckAt.length} frames`)
})

await Effect.runPromise(Effect.repeat(Effect.scoped(program), { times: 1 }))
