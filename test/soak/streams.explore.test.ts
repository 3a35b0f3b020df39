import { describe, it, vi } from "@effect/vitest"
import type { Interleave } from "effect-futures/testing"
import { prove } from "../testing/explore/prove.ts"
import * as Streams from "../testing/explore/streams.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 3_000_000 })

const one: Interleave.Options = { maxPreemptions: 1, maxSteps: 2000 }
const two: Interleave.Options = { maxPreemptions: 2, maxSteps: 2000 }

describe("a stream's reader and writer, in every schedule within the bound", () => {
  it("lose and double no element, and keep to the buffer, whenever what they send arrives", async () => {
    await prove(Streams.overMailboxes([[1], [2], [3]], 1), two, "the writer waited", "the reader waited again")
    await prove(Streams.overMailboxes([[1, 2, 3]], 2), two, "the writer waited", "the reader waited again")
    await prove(Streams.overMailboxes([[1], [2, 3, 4]], 2), two, "the writer waited", "the reader waited again")
  })

  it("come to the end on an executor with one worker", () => prove(Streams.toTheEnd, two, "3 read, succeeded"))

  // With two, these have more than a hundred thousand schedules.
  it("leave nothing behind when the reader is interrupted at any moment", () =>
    prove(
      Streams.interruptedReader,
      one,
      "not begun",
      "0 read, cancelled",
      "1 read, cancelled",
      "2 read, cancelled",
      "2 read, succeeded"
    ))

  it("end when the executor is shut down at any moment: with all elements, or with ExecutorShutdownError", () =>
    prove(
      Streams.shutDown,
      one,
      "not begun",
      "0 read, failed",
      "1 read, failed",
      "2 read, failed",
      "2 read, succeeded"
    ))
})
