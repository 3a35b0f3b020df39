// A program that never closes what it has made, runs a task, and has nothing left to do. It is not told to end.
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { Executor, FiberExecutor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Tasks } from "../../behaviour/tasks.ts"

const [, , kind, way] = process.argv
const makes = { fibers: FiberExecutor.make, threads: ThreadExecutor.make, processes: ProcessExecutor.make }
const layers = { fibers: FiberExecutor.layer, threads: ThreadExecutor.layer, processes: ProcessExecutor.layer }
const name = kind as keyof typeof makes

const run = (executor: Executor.Executor<unknown>) =>
  Effect.flatMap(Effect.all([executor.submit(Tasks.add(1, 2)), executor.submit(Tasks.add(3, 4))]), ([one, other]) =>
    Effect.all([one, other])
  )

const options = { maxWorkers: 2, timeout: "1 hour", queueTimeout: "1 hour", idleTimeToLive: "1 hour" } as const
if (way === "scope") {
  const executor = await Effect.runPromise(Scope.provide(makes[name](options), Scope.makeUnsafe()))
  console.log(await Effect.runPromise(run(executor)))
} else {
  const layer: Layer.Layer<Executor.Executor<Executor.Failure>, unknown> = layers[name](options)
  console.log(await ManagedRuntime.make(layer).runPromise(Effect.flatMap(Effect.service(Executor.Executor), run)))
}
