import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Executor, type Future, Task } from "effect-futures"
import { openScope } from "./openScope.ts"
import { Functions } from "./tasks.ts"
import { pair, type Arguments, type WorkerPool } from "./WorkerPool.ts"

// Probes take the argument of their name.
const functions: { readonly [Name in keyof Arguments]: (argument: Arguments[Name]) => Task.Task<unknown> } = Functions

/** Our executor, whatever its workers are. */
export const startExecutor = async <E>(
  make: Effect.Effect<Executor.Executor<Executor.Failure>, E, Scope.Scope>
): Promise<WorkerPool> => {
  const [executor, close] = await openScope(make)
  const burst = (size: number) =>
    Effect.gen(function* () {
      const futures: Array<Future.Future<number, unknown>> = []
      for (let i = 0; i < size; i++) futures.push(yield* executor.submit(Functions.add(pair(i))))
      for (const future of futures) yield* future
    })
  const sequential = (size: number) =>
    Effect.gen(function* () {
      for (let i = 0; i < size; i++) yield* Executor.run(executor, Functions.add(pair(i)))
    })
  return {
    countsFromStart: true,
    burst: (size) => Effect.runPromise(burst(size)),
    sequential: (size) => Effect.runPromise(sequential(size)),
    run: (name, argument, timeout) => {
      const make: (argument: Arguments[typeof name]) => Task.Task<unknown> = functions[name]
      return Effect.runPromise(Executor.run(executor, make(argument), { timeout }))
    },
    transfer: (bytes) => {
      const task = Functions.transfer(Task.transfer(bytes, [bytes.buffer]))
      return Effect.runPromise(Executor.run(executor, task))
    },
    close
  }
}
