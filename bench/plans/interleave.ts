import { interleave, races } from "../fields.ts"
import type { Measurement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"
import { atMost, makeCase as makeCaseAt } from "./makeCase.ts"
import { shared } from "./shared.ts"

/** The cost of a schedule, next to running the same program as it is, and the time that finding bugs takes. */
export const interleaveMeasurements = (scale: Scale) => {
  const makeCase = makeCaseAt(scale)
  const { laps, roundMillis, warmUp } = shared(scale)
  const requirements = [atMost(5, "plain run")]
  return [
    {
      field: interleave,
      id: "interleave",
      title: "Interleave: one schedule of a program",
      unit: "µs",
      better: "lower",
      heading: "program",
      laps,
      warmUp: { ...warmUp, size: 20 },
      roundMillis,
      cases: [
        makeCase("schedule", 20, 5, { label: "2 fibers, 10 steps each", requirements }),
        makeCase("schedule", 20_000, 5, { label: "20 fibers, 1,000 steps each", requirements })
      ]
    },
    {
      field: races,
      id: "races",
      title: "Interleave: SCTBench, at most 1,000 schedules for each program",
      unit: "ms",
      better: "lower",
      heading: "programs",
      laps: 1,
      cases: [makeCase("firstBugs", 1, 3, { label: "45", least: 1, requirements: [atMost(1, "random")] })]
    }
  ] as const satisfies ReadonlyArray<Measurement>
}
