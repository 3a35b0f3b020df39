import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Pool from "effect/Pool"
import { perSecond, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { keepFiber } from "./keepFiber.ts"
import { lanes, makeGate, timeoutMillis, work } from "./workload.ts"

const throughput = (size: number, limit: <A, E>(task: Effect.Effect<A, E>) => Effect.Effect<A, unknown>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pool = yield* Pool.make({ acquire: Effect.void, size: lanes })
        const gate = makeGate()
        const holding = Pool.use(pool, () => Effect.promise(() => gate.opened))
        for (let i = 0; i < lanes; i++) yield* Effect.forkChild(holding, { startImmediately: true })
        const elapsed = stopwatch()
        const fibers: Array<Fiber.Fiber<number, unknown>> = []
        for (let i = 0; i < size; i++) {
          const task = Pool.use(pool, () => limit(Effect.promise(() => work(i))))
          fibers.push(yield* Effect.forkChild(task, { startImmediately: true }))
        }
        gate.open()
        yield* Fiber.awaitAll(fibers)
        return perSecond(size, elapsed())
      })
    )
  )

/** Fibers that wait for an item of Effect's `Pool`. */
export const contender: Contender = {
  module: import.meta.url,
  name: "Pool.use",
  isReference: true,
  keep: keepFiber,
  largest: 100_000,
  probes: {
    throughput: (size) => throughput(size, (task) => task),
    throughputTimed: (size) => throughput(size, Effect.timeout(timeoutMillis))
  }
}
