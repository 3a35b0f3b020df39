import { streams } from "../fields.ts"
import type { Measurement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"
import { atLeast, makeCase as makeCaseAt } from "./makeCase.ts"
import { shared } from "./shared.ts"

/** The measurements of streams that come from a worker. */
export const streamMeasurements = (scale: Scale) => {
  const makeCase = makeCaseAt(scale)
  const { field, warmUp, roundMillis, laps } = { ...shared(scale), field: streams }
  return [
    {
      field,
      id: "streams.elements",
      title: "Streams: numbers from a worker, at most 16 ahead of the reader",
      unit: "elements/s",
      better: "higher",
      heading: "elements",
      laps,
      warmUp: { ...warmUp, size: 100_000 },
      roundMillis,
      cases: [
        makeCase("elements", 100_000, 3),
        makeCase("elements", 1_000_000, 3, { requirements: [atLeast(300_000), atLeast(0.5, "bare port")] })
      ]
    },
    {
      field,
      id: "streams.chunks",
      title: "Streams: chunks of 1 MB from a worker, moved where that can be, at most 16 ahead of the reader",
      unit: "chunks/s",
      better: "higher",
      heading: "chunks",
      laps,
      warmUp: { ...warmUp, size: 100 },
      roundMillis,
      cases: [makeCase("chunks", 1000, 5, { requirements: [atLeast(0.8, "bare port")] })]
    }
  ] as const satisfies ReadonlyArray<Measurement>
}
