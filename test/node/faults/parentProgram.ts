// A program that its own Schemas end while a call of it is under way. The ids of its workers go to a file first.
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { type Fault, Faulty, orderOf, type Step } from "./tasks.ts"

const [, , kind, step, fault, file] = process.argv
const make = kind === "ThreadExecutor" ? ThreadExecutor.make : ProcessExecutor.make

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 2 })
      const pids = [yield* Executor.run(executor, Faulty.pid()), yield* Executor.run(executor, Faulty.pid())]
      fs.writeFileSync(file!, pids.join("\n"))
      // Given by the test, which takes them from the lists.
      yield* Executor.run(executor, Faulty.call(orderOf(step as Step, fault as Fault)))
    })
  )
)
