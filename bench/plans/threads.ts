import { threads } from "../fields.ts"
import type { Measurement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"
import { atLeast, atMost, makeCase as makeCaseAt } from "./makeCase.ts"
import { megabyte, shared } from "./shared.ts"

/** The measurements of worker threads. */
export const threadMeasurements = (scale: Scale) => {
  const makeCase = makeCaseAt(scale)
  const { field, warmUp, roundMillis, laps } = { ...shared(scale), field: threads }
  const buffers = (probe: "transfer" | "transferMean" | "clone", times: number) =>
    ({
      field,
      id: `threads.${probe}`,
      unit: "ms",
      better: "lower",
      heading: "buffer",
      laps,
      // The warm-up has the full size, because V8 learns only after many buffers that their memory is given back.
      warmUp: { ...warmUp, size: 64 * megabyte },
      roundMillis: roundMillis / 2,
      cases: [
        makeCase(probe, megabyte, times, { label: "1 MB" }),
        makeCase(probe, 64 * megabyte, times, { label: "64 MB" })
      ]
    }) as const
  return [
    {
      field,
      id: "threads.burst",
      title: "Threads: additions, all submitted at once, two workers",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks",
      laps,
      warmUp,
      roundMillis,
      cases: [makeCase("burst", 50_000, 4, { requirements: [atLeast(4, "piscina"), atLeast(1.5, "best peer")] })]
    },
    {
      field,
      id: "threads.sequential",
      title: "Threads: one addition after the other",
      unit: "µs",
      better: "lower",
      heading: "tasks",
      laps,
      warmUp,
      roundMillis,
      cases: [makeCase("sequential", 2000, 7, { requirements: [atMost(1, "piscina")] })]
    },
    {
      field,
      id: "threads.recovery",
      title: "Threads: from the timeout of a stuck task to the next task's answer, one worker",
      unit: "ms",
      better: "lower",
      heading: "rounds",
      laps,
      cases: [makeCase("recovery", 1, 100, { label: "100 in a row", least: 1, requirements: [atMost(10)] })]
    },
    {
      field,
      id: "threads.whole",
      title: "Threads: how many tasks two workers run at a time afterwards",
      unit: undefined,
      better: "higher",
      heading: "stuck tasks before",
      laps,
      cases: [makeCase("whole", 4, 2, { least: 2, requirements: [atLeast(2)] })]
    },
    {
      field,
      id: "threads.spinners",
      title: "Threads: throughput of the rest when one task in a hundred spins until its timeout",
      unit: "parts of what is possible",
      better: "higher",
      heading: "tasks",
      laps,
      warmUp: { size: 100, millis: 0 },
      cases: [makeCase("spinners", 500, 5, { requirements: [atLeast(0.9)] })]
    },
    {
      ...buffers("transfer", 5),
      title: "Threads: a buffer to a worker and back, transferred",
      scaling: atMost(1.5)
    },
    {
      ...buffers("transferMean", 5),
      title: "Threads: the same, and what the garbage collection takes in between"
    },
    {
      ...buffers("clone", 3),
      title: "Threads: a buffer to a worker and back, cloned"
    },
    {
      field,
      id: "threads.scaling",
      title: "Threads: how many times as fast two workers compute as one",
      unit: undefined,
      better: "higher",
      heading: "tasks",
      laps,
      warmUp,
      cases: [makeCase("scaling", 150, 9, { requirements: [atLeast(1.8)] })]
    },
    {
      field,
      id: "threads.startup",
      title: "Threads: from making the pool to its first answer, one worker",
      unit: "ms",
      better: "lower",
      heading: "rounds",
      laps,
      cases: [makeCase("startup", 1, 7, { label: "in a process that has just been started", least: 1 })]
    }
  ] as const satisfies ReadonlyArray<Measurement>
}
