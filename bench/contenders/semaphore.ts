import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import { perSecond, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { keepFiber } from "./keepFiber.ts"
import { lanes, timeoutMillis, work } from "./workload.ts"

const throughput = (size: number, limit: <A, E>(task: Effect.Effect<A, E>) => Effect.Effect<A, unknown>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const semaphore = Semaphore.makeUnsafe(lanes)
      yield* semaphore.take(lanes)
      const elapsed = stopwatch()
      const fibers: Array<Fiber.Fiber<number, unknown>> = []
      for (let i = 0; i < size; i++) {
        const task = semaphore.withPermits(1)(limit(Effect.promise(() => work(i))))
        fibers.push(yield* Effect.forkChild(task, { startImmediately: true }))
      }
      yield* semaphore.release(lanes)
      yield* Fiber.awaitAll(fibers)
      return perSecond(size, elapsed())
    })
  )

/** Fibers that wait for a permit of Effect's `Semaphore`. */
export const contender: Contender = {
  module: import.meta.url,
  name: "Semaphore",
  isReference: true,
  keep: keepFiber,
  // A semaphore looks at all waiters each time a permit is released.
  largest: 10_000,
  probes: {
    throughput: (size) => throughput(size, (task) => task),
    throughputTimed: (size) => throughput(size, Effect.timeout(timeoutMillis))
  }
}
