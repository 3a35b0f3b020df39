import { describe, it } from "@effect/vitest"
import type { Interleave } from "effect-futures/testing"
import * as Admission from "../testing/explore/admission.ts"
import { prove } from "../testing/explore/prove.ts"

const two: Interleave.Options = { maxPreemptions: 2, maxSteps: 2000 }

describe("what lets tasks begin, in every schedule within the bound", () => {
  it("a key's tasks run one after the other, in the order of their submission", () =>
    prove(Admission.keyOrder, two, "a,b,c", "a,c,b", "c,a,b"))

  it("keys take turns", () => prove(Admission.turns, two, "both waited"))

  it("setMaxWorkers to fewer never lets more run than the greater of both limits", () =>
    prove(Admission.lowerMaxWorkers, two, "1 ran at a time", "2 ran at a time"))

  it("setMaxWorkers to more never lets more run than the greater of both limits", () =>
    prove(Admission.raiseMaxWorkers, two, "1 ran at a time", "2 ran at a time"))

  it("a task that is cancelled while it waits for the rate takes nothing of it", () =>
    prove(Admission.cancelAgainstRate, two, "it began", "it was cancelled before"))

  it("a pause keeps no task for ever, nor lets one run twice", () =>
    prove(Admission.pauseAgainstSubmit, two, "submitted while it was paused"))
})
