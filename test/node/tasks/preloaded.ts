import * as Effect from "effect/Effect"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import * as fs from "node:fs"
import { Stuck } from "./stuck.ts"

/** A module of --import that starts executors, with a task that has to be cut, and notes in a file what came of each. */
for (const make of [ThreadExecutor.make, ProcessExecutor.make]) {
  const program = Effect.gen(function* () {
    const executor = yield* make({ maxWorkers: 1, minWorkers: 1, preempt: "inspector" })
    const error = yield* Effect.flip(yield* executor.submit(Stuck.spin(), { timeout: "500 millis" }))
    return error._tag
  })
  const exit = await Effect.runPromise(Effect.scoped(program)).catch((error: Error) => error.name)
  fs.appendFileSync(process.env["NOTES"]!, `${exit}\n`)
}
