// A program that uses executors of threads and processes, and has nothing left to do when their scopes have closed. It
// says so, and is not told to end: if anything of the executors is left, it never does.
import * as Effect from "effect/Effect"
import { type Executor, Future } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Noting } from "./tasks.ts"

const file = process.argv[2]!

const use = <A, E, R>(make: Effect.Effect<Executor.Executor<A>, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const executor = yield* make
      const good = yield* Effect.forEach(["a", "b", "c"], (name) => executor.submit(Noting.note(file, name)))
      const bad = yield* executor.submit(Noting.noteAndExit(file, "exits"))
      const stuck = yield* executor.submit(Noting.noteAndSpin(file, "stuck"), { timeout: "100 millis" })
      yield* Future.wait([...good, bad, stuck])
      yield* executor.submit(Noting.noteAndSpin(file, "stuck to the end"))
      yield* executor.submit(Noting.note(file, "never"))
      return good.every((future) => future.state === "finished")
    })
  )

const options = { maxWorkers: 2, minWorkers: 1, spares: 1, timeout: "1 hour", queueTimeout: "1 hour" } as const

console.log(
  await Effect.runPromise(Effect.all([use(ThreadExecutor.make(options)), use(ProcessExecutor.make(options))]))
)
console.log("the end")
