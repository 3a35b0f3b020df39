import * as Effect from "effect/Effect"
import { perSecond, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { keepFiber } from "./keepFiber.ts"
import { lanes, timeoutMillis, work } from "./workload.ts"

const throughput = async (size: number, task: (i: number) => Effect.Effect<unknown, unknown>): Promise<number> => {
  const items = Array.from({ length: size }, (_, i) => i)
  const elapsed = stopwatch()
  await Effect.runPromise(Effect.forEach(items, task, { concurrency: lanes, discard: true }))
  return perSecond(size, elapsed())
}

/** No queue and no futures: what running the tasks costs by itself. */
export const contender: Contender = {
  module: import.meta.url,
  name: "Effect.forEach",
  isReference: true,
  keep: keepFiber,
  probes: {
    throughput: (size) => throughput(size, (i) => Effect.promise(() => work(i))),
    throughputOpen: (size) => throughput(size, (i) => Effect.promise(() => work(i))),
    throughputTimed: (size) =>
      throughput(size, (i) =>
        Effect.timeout(
          Effect.promise(() => work(i)),
          timeoutMillis
        )
      )
  }
}
