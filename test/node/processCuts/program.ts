import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Executor } from "effect-futures"
import { ProcessExecutor } from "effect-futures/node"
import { Stuck } from "./tasks.ts"

/** Two stuck tasks, one after the other, and what process there is after each. */
const program = Effect.gen(function* () {
  const executor = yield* ProcessExecutor.make({ maxWorkers: 1, minWorkers: 1, preempt: "inspector" })
  for (let n = 0; n < 2; n++) {
    const { pid } = yield* Executor.run(executor, Stuck.state())
    yield* Console.log(`pid ${pid}`)
    yield* Effect.flip(Executor.run(executor, Stuck.spin(), { timeout: "500 millis" }))
  }
})

await Effect.runPromise(Effect.scoped(program))
