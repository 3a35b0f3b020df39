import * as Effect from "effect/Effect"
import { Executor, FiberExecutor } from "effect-futures"
import { heapUsed } from "../../heap.ts"
import { microsEach, perSecond, stopwatch } from "../../stopwatch.ts"
import type { Contender } from "../Contender.ts"
import { lanes, work } from "../workload.ts"
import { asksPerRound, keyNames, tasksFor } from "./keys.ts"

type Keyed = Executor.Keyed<Executor.EffectExecutor<Executor.Failure>>

const withKeys = (
  options: Executor.KeyedOptions,
  measure: (keyed: Keyed, executor: FiberExecutor.FiberExecutor) => Effect.Effect<number, unknown>
): Promise<number> =>
  Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ maxWorkers: lanes })
    return yield* measure(yield* Executor.keyed(executor, options), executor)
  }).pipe(Effect.scoped, Effect.runPromise)

const runOnAll = (keyed: Keyed, executor: FiberExecutor.FiberExecutor, keys: ReadonlyArray<string>, tasks: number) =>
  Effect.gen(function* () {
    for (let i = 0; i < tasks; i++) {
      yield* keyed.get(keys[i % keys.length]!).submit(Effect.promise(() => work(i)))
    }
    yield* Executor.awaitIdle(executor)
  })

const get = (size: number): Promise<number> =>
  withKeys({ idleTimeToLive: "1 hour" }, (keyed) =>
    Effect.sync(() => {
      const keys = keyNames(size)
      for (const key of keys) keyed.get(key)
      const asks = asksPerRound(size)
      const elapsed = stopwatch()
      for (let i = 0; i < asks; i++) keyed.get(keys[i % size])
      return microsEach(asks, elapsed())
    })
  )

const tasks = (size: number): Promise<number> =>
  withKeys({}, (keyed, executor) =>
    Effect.gen(function* () {
      const keys = keyNames(size)
      const count = tasksFor(size)
      const elapsed = stopwatch()
      yield* runOnAll(keyed, executor, keys, count)
      return perSecond(count, elapsed())
    })
  )

const memory = (size: number): Promise<number> =>
  withKeys({ idleTimeToLive: "1 hour" }, (keyed, executor) =>
    Effect.gen(function* () {
      const keys = keyNames(size)
      const before = heapUsed()
      yield* runOnAll(keyed, executor, keys, size)
      return (heapUsed() - before) / size
    })
  )

export const contender: Contender = {
  module: import.meta.url,
  name: "effect-futures",
  probes: { keyedGet: get, keyedTasks: tasks, keyedMemory: memory }
}
