/** Makes processes that run as another user, which only root may, and prints what becomes of a task. */
import * as Effect from "effect/Effect"
import { ProcessExecutor } from "effect-futures/node"
import { Tasks } from "./tasks.ts"

const program = Effect.gen(function* () {
  const executor = yield* ProcessExecutor.make({ maxWorkers: 1, uid: 1 })
  const error = yield* Effect.flip(yield* executor.submit(Tasks.user()))
  console.log(error._tag, error.message)
})

await Effect.runPromise(Effect.scoped(program))
