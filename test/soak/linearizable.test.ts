import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Queue, Schema } from "effect"
import { Interleave } from "effect-futures/testing"

const item = Arbitrary.schema(Schema.Literals([1, 2]))

describe("linearizable", () => {
  it.live("proves a queue with two fibers of three calls each, within two preemptions", () =>
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
        maxSchedules: 1_000_000,
        scenarios: 3
      })
      assert.isTrue(report.complete)
    })
  )
})
