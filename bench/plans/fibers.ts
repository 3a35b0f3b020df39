import { fibers } from "../fields.ts"
import type { Measurement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"
import { atLeast, atMost, makeCase as makeCaseAt } from "./makeCase.ts"

/** The measurements of executors in one thread. */
export const fiberMeasurements = (scale: Scale) => {
  const makeCase = makeCaseAt(scale)
  const warmUp = { size: 100_000 / scale.divisor, millis: 600 / scale.divisor }
  const roundMillis = 200 / scale.divisor
  return [
    {
      field: fibers,
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
        makeCase("throughput", 100_000, 7, { requirements: [atLeast(0.9, "p-queue")] }),
        makeCase("throughput", 1_000_000, 3)
      ],
      scaling: atLeast(0.5)
    },
    {
      field: fibers,
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
      field: fibers,
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
        makeCase("throughputTimed", 100_000, 7, { requirements: [atLeast(2, "p-queue")] }),
        makeCase("throughputTimed", 1_000_000, 2)
      ]
    },
    {
      field: fibers,
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
          requirements: [atMost(1024)]
        }),
        makeCase("memoryTimed", 200_000, 2, {
          label: "with timeout",
          requirements: [atMost(1024)]
        })
      ]
    },
    {
      field: fibers,
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
      scaling: atMost(10)
    },
    {
      field: fibers,
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
      field: fibers,
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
      field: fibers,
      id: "cold",
      title: "The first tasks of a process",
      unit: "tasks/s",
      better: "higher",
      heading: "tasks waiting",
      isForCompetitors: true,
      laps: Math.min(7, scale.maxRounds),
      cases: [makeCase("throughput", 1000, 1)]
    }
  ] as const satisfies ReadonlyArray<Measurement>
}
