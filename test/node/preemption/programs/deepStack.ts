// Tasks whose stacks are deep, and that never end. The program says how each was stopped, and ends.
import * as Effect from "effect/Effect"
import { Executor } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { Deep } from "./deepTasks.ts"

const stop = (cpu: ThreadExecutor.ThreadExecutor, frames: number) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Executor.run(cpu, Deep.down(frames), { timeout: "300 millis" }))
    yield* Executor.run(cpu, Deep.nothing())
    return error._tag === "TaskTimeoutError"
      ? { first: error.stuckAt[0]?.functionName, count: error.stuckAt.length, last: error.stuckAt.at(-1)?.functionName }
      : error
  })

const program = Effect.gen(function* () {
  const cpu = yield* ThreadExecutor.make({ maxWorkers: 1, resourceLimits: { stackSizeMb: 96 } })
  yield* Executor.run(cpu, Deep.nothing())
  return yield* Effect.forEach([40, 120, 9000, 120_000], (frames) => stop(cpu, frames))
})

console.log(JSON.stringify(await Effect.runPromise(Effect.scoped(program))))
