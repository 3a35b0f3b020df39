import type { Probe } from "./contenders/Contender.ts"
import { count } from "./format.ts"
import type { Case, Measurement, Requirement } from "./Measurement.ts"
import type { Scale } from "./scales.ts"

export const measurementIds = [
  "throughput",
  "open",
  "timeout",
  "memory",
  "cancel",
  "sequential",
  "shutdown",
  "cold"
] as const

export type MeasurementId = (typeof measurementIds)[number]

/** Everything there is to measure, at this scale. */
export const makePlan = (scale: Scale): ReadonlyArray<Measurement & { readonly id: MeasurementId }> => {
  const makeCase = (
    probe: Probe,
    size: number,
    rounds: number,
    rest?: { readonly label?: string; readonly requirement?: Requirement }
  ): Case => {
    const scaled = Math.max(10, size / scale.divisor)
    return { label: count(scaled), ...rest, probe, size: scaled, rounds: Math.min(rounds, scale.maxRounds) }
  }
  const warmUp = { size: 100_000 / scale.divisor, millis: 600 / scale.divisor }
  const roundMillis = 200 / scale.divisor
  return [
    {
      id: "throughput",
      title: "Throughput: promise tasks, 8 at a time",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks waiting",
      laps: 1,
      warmUp,
      roundMillis,
      cases: [
        makeCase("throughput", 10_000, 10),
        makeCase("throughput", 100_000, 7, { requirement: { of: "ratio", bound: "at least", limit: 0.9 } }),
        makeCase("throughput", 1_000_000, 3)
      ],
      scaling: { of: "value", bound: "at least", limit: 0.5 }
    },
    {
      id: "open",
      title: "Throughput when tasks run while others are submitted",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks",
      laps: 1,
      warmUp,
      roundMillis,
      cases: [makeCase("throughputOpen", 100_000, 7)]
    },
    {
      id: "timeout",
      title: "Throughput with a timeout on each task",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks waiting",
      laps: 1,
      warmUp,
      roundMillis,
      cases: [
        makeCase("throughputTimed", 10_000, 10),
        makeCase("throughputTimed", 100_000, 7, { requirement: { of: "ratio", bound: "at least", limit: 2 } }),
        makeCase("throughputTimed", 1_000_000, 2)
      ]
    },
    {
      id: "memory",
      title: "Memory of a pending task, besides the task itself",
      unit: "bytes",
      better: "lower",
      heading: "tasks",
      laps: 1,
      warmUp: { ...warmUp, size: warmUp.size / 10 },
      cases: [
        makeCase("memory", 200_000, 2, {
          label: "without timeout",
          requirement: { of: "value", bound: "at most", limit: 1024 }
        }),
        makeCase("memoryTimed", 200_000, 2, {
          label: "with timeout",
          requirement: { of: "value", bound: "at most", limit: 1024 }
        })
      ]
    },
    {
      id: "cancel",
      title: "Cancelling one of many pending tasks",
      unit: "µs",
      better: "lower",
      heading: "tasks waiting",
      laps: 1,
      warmUp: { size: 10_000 / scale.divisor, millis: 600 / scale.divisor },
      roundMillis,
      cases: [
        makeCase("cancel", 1000, 8),
        makeCase("cancel", 10_000, 8),
        makeCase("cancel", 100_000, 5),
        makeCase("cancel", 1_000_000, 3)
      ],
      scaling: { of: "value", bound: "at most", limit: 10 }
    },
    {
      id: "sequential",
      title: "One task after the other",
      unit: "µs",
      better: "lower",
      heading: "tasks",
      laps: 1,
      warmUp,
      roundMillis,
      cases: [
        makeCase("sequential", 50_000, 7, { label: "without timeout" }),
        makeCase("sequentialTimed", 50_000, 7, { label: "with timeout" })
      ]
    },
    {
      id: "shutdown",
      title: "Stopping all of many pending tasks",
      unit: "ms",
      better: "lower",
      heading: "tasks waiting",
      laps: 1,
      warmUp,
      roundMillis,
      cases: [makeCase("shutdown", 100_000, 5)]
    },
    {
      id: "cold",
      title: "The first tasks of a process",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks waiting",
      isForCompetitors: true,
      laps: Math.min(7, scale.maxRounds),
      cases: [makeCase("throughput", 1000, 1)]
    }
  ]
}
