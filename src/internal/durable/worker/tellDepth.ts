import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { SqlError } from "effect/sql/SqlError"
import { Inspection } from "../storage/Inspection.ts"
import type { Ledger } from "../storage/Ledger.ts"

const tasks = Metric.gauge("effect_futures_durable_tasks", {
  description: "Tasks of a durable executor that are not settled, by queue and state"
})

const oldestAge = Metric.gauge("effect_futures_durable_oldest_age_seconds", {
  description: "How long the oldest task of a queue that could begin has been waiting"
})

/** Updates the metrics of the queues. `known` are the queues that had tasks before: one that is empty now is set to zero once. */
export const tellDepth = (ledger: Ledger, known: Set<string>): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const { executor } = ledger
    const all = new Map((yield* new Inspection(ledger).depth).map((depth) => [depth.queue, depth]))
    for (const queue of new Set([...known, ...all.keys()])) {
      const depth = all.get(queue)
      const tell = (state: "pending" | "scheduled" | "running") =>
        Metric.update(Metric.withAttributes(tasks, { executor, queue, state }), depth?.[state] ?? 0)
      yield* tell("pending")
      yield* tell("scheduled")
      yield* tell("running")
      const seconds = depth === undefined ? 0 : Duration.toSeconds(depth.oldestAge)
      yield* Metric.update(Metric.withAttributes(oldestAge, { executor, queue }), seconds)
      if (depth === undefined) known.delete(queue)
      else known.add(queue)
    }
  })
