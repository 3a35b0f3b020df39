import type { Measurement } from "./Measurement.ts"
import { fiberMeasurements } from "./plans/fibers.ts"
import { interleaveMeasurements } from "./plans/interleave.ts"
import { keyedMeasurements } from "./plans/keyed.ts"
import { processMeasurements } from "./plans/processes.ts"
import { streamMeasurements } from "./plans/streams.ts"
import { threadMeasurements } from "./plans/threads.ts"
import { type Scale, scales } from "./scales.ts"

const makeAll = (scale: Scale) => [
  ...fiberMeasurements(scale),
  ...keyedMeasurements(scale),
  ...threadMeasurements(scale),
  ...processMeasurements(scale),
  ...streamMeasurements(scale),
  ...interleaveMeasurements(scale)
]

export type MeasurementId = ReturnType<typeof makeAll>[number]["id"]

/** All measurements, at this scale. */
export const makePlan: (scale: Scale) => ReadonlyArray<Measurement & { readonly id: MeasurementId }> = makeAll

export const measurementIds: ReadonlyArray<MeasurementId> = makeAll(scales.full).map((measurement) => measurement.id)
