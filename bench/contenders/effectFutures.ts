import * as Effect from "effect/Effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { heapUsed } from "../heap.ts"
import { microsEach, perSecond, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { cancellations, samplePositions } from "./samplePositions.ts"
import { lanes, makeGate, never, timeoutMillis, work } from "./workload.ts"

const task = (i: number): Effect.Effect<number> => Effect.promise(() => work(i))

const withExecutor = <E>(
  timeout: number | undefined,
  measure: (executor: FiberExecutor.FiberExecutor) => Effect.Effect<number, E>
): Promise<number> =>
  FiberExecutor.make({ maxWorkers: lanes, timeout }).pipe(Effect.flatMap(measure), Effect.scoped, Effect.runPromise)

const hold = (executor: FiberExecutor.FiberExecutor) =>
  Effect.gen(function* () {
    const gate = makeGate()
    for (let i = 0; i < lanes; i++) yield* executor.submit(Effect.promise(() => gate.opened))
    return gate
  })

const throughput = (size: number, timeout: number | undefined, isHeld: boolean): Promise<number> =>
  withExecutor(timeout, (executor) =>
    Effect.gen(function* () {
      const gate = isHeld ? yield* hold(executor) : undefined
      const elapsed = stopwatch()
      for (let i = 0; i < size; i++) yield* executor.submit(task(i))
      gate?.open()
      yield* Executor.awaitIdle(executor)
      return perSecond(size, elapsed())
    })
  )

const memory = (size: number, timeout: number | undefined): Promise<number> =>
  withExecutor(timeout, (executor) =>
    Effect.gen(function* () {
      yield* hold(executor)
      const tasks = Array.from({ length: size }, (_, i) => task(i))
      const before = heapUsed()
      for (const each of tasks) yield* executor.submit(each)
      return (heapUsed() - before) / size
    })
  )

const cancel = (size: number): Promise<number> =>
  withExecutor(undefined, (executor) =>
    Effect.gen(function* () {
      yield* hold(executor)
      const futures: Array<Future.Future<number, unknown>> = []
      for (let i = 0; i < size; i++) futures.push(yield* executor.submit(task(i)))
      const chosen = samplePositions(size, cancellations).map((position) => futures[position]!)
      const elapsed = stopwatch()
      for (const future of chosen) yield* Future.cancel(future)
      return microsEach(chosen.length, elapsed())
    })
  )

const sequential = (size: number, timeout: number | undefined): Promise<number> =>
  withExecutor(timeout, (executor) =>
    Effect.gen(function* () {
      const elapsed = stopwatch()
      for (let i = 0; i < size; i++) yield* Executor.run(executor, task(i))
      return microsEach(size, elapsed())
    })
  )

const shutdown = (size: number): Promise<number> =>
  withExecutor(undefined, (executor) =>
    Effect.gen(function* () {
      yield* hold(executor)
      for (let i = 0; i < size; i++) yield* executor.submit(task(i))
      const elapsed = stopwatch()
      yield* Executor.shutdown(executor, { mode: "interrupt" })
      return elapsed()
    })
  )

export const contender: Contender = {
  module: import.meta.url,
  name: "effect-futures",
  keep: () =>
    withExecutor(never, (executor) =>
      Effect.gen(function* () {
        yield* hold(executor)
        return yield* Executor.run(executor, task(0))
      })
    ),
  probes: {
    throughput: (size) => throughput(size, undefined, true),
    throughputOpen: (size) => throughput(size, undefined, false),
    throughputTimed: (size) => throughput(size, timeoutMillis, true),
    memory: (size) => memory(size, undefined),
    memoryTimed: (size) => memory(size, timeoutMillis),
    cancel,
    sequential: (size) => sequential(size, undefined),
    sequentialTimed: (size) => sequential(size, timeoutMillis),
    shutdown
  }
}
