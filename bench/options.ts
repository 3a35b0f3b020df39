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
  --only <what>    may be given several times; "threads" is all that begins with it:
${measurementIds.map((id) => `                   ${id}`).join("\n")}
  --json <file>    writes the results to a file, every round
  --write-docs     writes the tables to docs/benchmarks.md
  --tiny           only to see whether it works; the numbers mean nothing
  --help`

/** Throws for unknown arguments. Returns nothing for `--help`. */
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
  const only = values.only.flatMap((list) => list.split(",")).flatMap(chosenBy)
  const writeDocs = values["write-docs"]
  if (writeDocs && (scale !== "full" || only.length > 0)) {
    throw new Error("--write-docs needs a full run of everything.")
  }
  return { scale, only: only.length === 0 ? measurementIds : only, json: values.json, writeDocs }
}

const chosenBy = (text: string): ReadonlyArray<MeasurementId> => {
  const ids = measurementIds.filter((each) => each === text || each.startsWith(`${text}.`))
  if (ids.length > 0) return ids
  throw new Error(`There is no measurement "${text}"; there are ${measurementIds.join(", ")}.`)
}
