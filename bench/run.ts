import type { Job } from "./Job.ts"
import { thisMachine } from "./machine.ts"
import { measure } from "./measure.ts"
import { makePlan, type MeasurementId } from "./plan.ts"
import type { Report, Table } from "./Report.ts"
import { type ScaleName, scales } from "./scales.ts"
import type { Subject } from "./subject.ts"
import { tabulate } from "./tabulate.ts"
import { versions } from "./versions.ts"

/** Measures, one thing after the other. */
export const run = async (
  scale: ScaleName,
  only: ReadonlyArray<MeasurementId>,
  start: (job: Job) => Promise<Subject>,
  progress: (line: string) => void
): Promise<Report> => {
  const tables: Array<Table> = []
  for (const measurement of makePlan(scales[scale])) {
    if (only.includes(measurement.id)) tables.push(tabulate(measurement, await measure(measurement, start, progress)))
  }
  return { scale, machine: thisMachine(), versions: versions(), tables }
}
