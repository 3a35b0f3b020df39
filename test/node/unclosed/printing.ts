// A program that never closes what it has made. Its last tasks print much, and then it has nothing left to do.
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Printing } from "./printingTasks.ts"

const [, , kind, lines] = process.argv
const make = kind === "threads" ? ThreadExecutor.make : ProcessExecutor.make
const program = Effect.gen(function* () {
  const executor = yield* make({ maxWorkers: 2 })
  return yield* Executor.forEach(executor, ["one", "other"], (name) => Printing.print(name, Number(lines)))
})
await Effect.runPromise(Scope.provide(program, Scope.makeUnsafe()))
