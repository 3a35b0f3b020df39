import { keyed } from "../fields.ts"
import type { Measurement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"
import { atMost, makeCase as makeCaseAt } from "./makeCase.ts"
import { shared } from "./shared.ts"

/** The measurements of `Executor.keyed`, with one key, some and very many. */
export const keyedMeasurements = (scale: Scale) => {
  const makeCase = makeCaseAt(scale)
  const { laps, roundMillis, warmUp } = shared(scale)
  const each = { field: keyed, heading: "keys", laps, roundMillis, warmUp: { ...warmUp, size: 1000 } }
  const fast = { least: 1, requirements: [atMost(1)] }
  return [
    {
      ...each,
      id: "keyed.get",
      title: "Keyed: the executor of a key that is known",
      unit: "µs",
      better: "lower",
      cases: [
        makeCase("keyedGet", 1, 3, fast),
        makeCase("keyedGet", 1000, 3, fast),
        makeCase("keyedGet", 1_000_000, 3, fast)
      ]
    },
    {
      ...each,
      id: "keyed.tasks",
      title: "Keyed: promise tasks, one at a time of each key, 8 at a time of all",
      unit: "tasks/s",
      better: "higher",
      cases: [
        makeCase("keyedTasks", 1, 3, { least: 1 }),
        makeCase("keyedTasks", 1000, 3),
        makeCase("keyedTasks", 1_000_000, 3)
      ]
    },
    {
      ...each,
      id: "keyed.memory",
      title: "Keyed: memory of a key that has had a task and is idle",
      unit: "bytes",
      better: "lower",
      cases: [makeCase("keyedMemory", 100_000, 2)]
    }
  ] as const satisfies ReadonlyArray<Measurement>
}
