import { describe, it, vi } from "@effect/vitest"
import type { Interleave } from "effect-futures/testing"
import { prove } from "./testing/explore/prove.ts"
import * as Streams from "./testing/explore/streams.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 180_000 })

const one: Interleave.Options = { maxPreemptions: 1, maxSteps: 2000 }

// At any moment of an interruption or a shutdown: `test/soak/streams.explore.test.ts`.
describe("a stream's reader and writer, in every schedule within the bound", () => {
  it("lose and double no element, and keep to the buffer, whenever what they send arrives", async () => {
    // Longer ones, with two: `test/soak/streams.explore.test.ts`.
    await prove(Streams.overMailboxes([[1], [2]], 1), one, "the writer waited", "the reader waited again")
    await prove(Streams.overMailboxes([[1, 2, 3]], 2), one, "the writer waited", "the reader waited again")
  })

  it("come to the end on an executor with one worker", () => prove(Streams.toTheEnd, one, "3 read, succeeded"))
})
