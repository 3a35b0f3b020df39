import { processes } from "../fields.ts"
import type { Measurement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"
import { atLeast, makeCase as makeCaseAt } from "./makeCase.ts"
import { shared } from "./shared.ts"

/** The measurements of child processes. */
export const processMeasurements = (scale: Scale) => {
  const makeCase = makeCaseAt(scale)
  const { field, warmUp, roundMillis, laps } = { ...shared(scale), field: processes }
  return [
    {
      field,
      id: "processes.burst",
      title: "Processes: additions, all submitted at once, two workers",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks",
      laps,
      warmUp,
      roundMillis,
      cases: [makeCase("burst", 50_000, 3, { requirements: [atLeast(3, "best peer")] })]
    },
    {
      field,
      id: "processes.sequential",
      title: "Processes: one addition after the other",
      unit: "µs",
      better: "lower",
      heading: "tasks",
      laps,
      warmUp,
      roundMillis,
      cases: [makeCase("sequential", 2000, 5)]
    },
    {
      field,
      id: "processes.recovery",
      title: "Processes: from the timeout of a stuck task to the next task's answer, one worker",
      unit: "ms",
      better: "lower",
      heading: "rounds",
      laps,
      cases: [makeCase("recovery", 1, 10, { label: "10 in a row", least: 1 })]
    },
    {
      field,
      id: "processes.whole",
      title: "Processes: how many tasks two workers run at a time afterwards",
      unit: undefined,
      better: "higher",
      heading: "stuck tasks before",
      laps,
      cases: [makeCase("whole", 4, 1, { least: 2, requirements: [atLeast(2)] })]
    },
    {
      field,
      id: "processes.spinners",
      title: "Processes: throughput of the rest when one task in a hundred spins until its timeout",
      unit: "parts of what is possible",
      better: "higher",
      heading: "tasks",
      laps,
      cases: [makeCase("spinners", 500, 2)]
    },
    {
      field,
      id: "processes.startup",
      title: "Processes: from making the pool to its first answer, one worker",
      unit: "ms",
      better: "lower",
      heading: "rounds",
      laps,
      cases: [makeCase("startup", 1, 5, { label: "in a process that has just been started", least: 1 })]
    }
  ] as const satisfies ReadonlyArray<Measurement>
}
