import { parseArgs } from "node:util"
import { type MeasurementId, measurementIds } from "./plan.ts"
import type { ScaleName } from "./scales.ts"

export interface Options {
  readonly scale: ScaleName
  readonly only: ReadonlyArray<MeasurementId>
  readonly json: string | undefined
  readonly writeDocs: boolean
}

export const usage = `npm run bench -- [options]

  --quick          a tenth of the sizes, fewer rounds
  --only <what>    ${measurementIds.join(", ")}; may be given several times
  --json <file>    writes the results to a file, every round
  --write-docs     writes the tables to docs/benchmarks.md
  --tiny           only to see whether it works; the numbers mean nothing
  --help`

/** Throws for what it does not know; gives nothing for `--help`. */
export const parseOptions = (args: ReadonlyArray<string>): Options | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      tiny: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", default: false }
    }
  })
  if (values.help) return undefined
  const scale = values.tiny ? "tiny" : values.quick ? "quick" : "full"
  const only = values.only.flatMap((list) => list.split(",")).map(measurementId)
  const writeDocs = values["write-docs"]
  if (writeDocs && (scale !== "full" || only.length > 0)) {
    throw new Error("--write-docs needs a full run of everything.")
  }
  return { scale, only: only.length === 0 ? measurementIds : only, json: values.json, writeDocs }
}

const measurementId = (text: string): MeasurementId => {
  const id = measurementIds.find((each) => each === text)
  if (id === undefined) throw new Error(`There is no measurement "${text}"; there are ${measurementIds.join(", ")}.`)
  return id
}
