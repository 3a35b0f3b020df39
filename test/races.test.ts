import { assert, describe, it } from "vitest"
import { runRandomProgram } from "./support/randomProgram.ts"

const runMany = async (from: number, count: number) => {
  for (let seed = from; seed < from + count; seed++) {
    const program = await runRandomProgram(seed)
    if (program.faults.length > 0) assert.fail(`seed ${seed}\n${program.describe()}`)
  }
}

describe("random programs", () => {
  it(
    "end as they should, whatever happens first",
    () => runMany(Number(process.env["SEED"] ?? 1), Number(process.env["PROGRAMS"] ?? 2000)),
    600_000
  )
})
