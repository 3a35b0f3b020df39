import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { catalogue } from "../testing/catalogue/index.ts"
import { failureOf, replayedFailureOf } from "../testing/support.ts"

describe("Interleave: a small program with a lost update", () => {
  it.live("has one trace in a thousand replays", () =>
    Effect.gen(function* () {
      const { broken } = catalogue.find(({ name }) => name === "lost-update")!
      const { schedule, trace } = yield* failureOf(broken)
      const traces = new Set([JSON.stringify(trace)])
      for (let i = 0; i < 1000; i++) traces.add(JSON.stringify((yield* replayedFailureOf(broken, schedule)).trace))
      assert.strictEqual(traces.size, 1)
    })
  )
})
