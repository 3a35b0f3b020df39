import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Queue, Schema } from "effect"
import { Interleave } from "effect-futures/testing"

const item = Arbitrary.schema(Schema.Literals([1, 2]))

describe("linearizable", () => {
  // A schedule takes about a tenth of a millisecond, so this many are done in less than a minute.
  it.live("proves a queue with two fibers of three calls each, within two preemptions, in 400,000 schedules", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.linearizable({
        make: Queue.unbounded<number>(),
        operations: {
          offer: { args: [item], run: (queue, value: number) => Queue.offer(queue, value) },
          take: { run: (queue) => Queue.take(queue) },
          size: { run: (queue) => Queue.size(queue) }
        },
        model: {
          make: () => ({ items: [] as Array<number> }),
          operations: {
            offer: (state, value: number) => state.items.push(value) > 0,
            take: (state) => state.items.shift() ?? Interleave.blocked,
            size: (state) => state.items.length
          }
        },
        strategy: "exhaustive",
        maxPreemptions: 2,
        maxSchedules: 100_000
      })
      assert.isTrue(report.complete)
      assert.strictEqual(report.scenarios, 20)
      assert.isAtMost(report.schedules, 400_000)
    })
  )
})
