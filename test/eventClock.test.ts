import { assert, describe, it } from "vitest"
import { beginArrival, endArrival, eventClock, realClock } from "../src/internal/executor/events/clocks.ts"

/** Waits until the clock has gone on. */
const pass = (): void => {
  const { now } = eventClock(realClock)
  for (const start = now(); now() <= start + 1;);
}

describe("the clock of events", () => {
  const { arrival, now } = eventClock(realClock)

  it("has one time for all that has arrived together", () => {
    beginArrival()
    const first = arrival()
    // Another clock, as a look at this one would be an event in between.
    for (const start = performance.now(); performance.now() < start + 1;);
    assert.strictEqual(arrival(), first)
    endArrival()
    pass()
    assert.isAbove(arrival(), first)
  })

  it("does not go back: what is received after an event is not earlier than that", () => {
    beginArrival()
    const first = arrival()
    pass()
    const between = now()
    assert.isAbove(between, first)
    assert.isAtLeast(arrival(), between)
    endArrival()
  })
})
