import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "vitest"
import { replaceGenerated } from "../bench/docs.ts"
import type { Job } from "../bench/Job.ts"
import { parseOptions } from "../bench/options.ts"
import { makePlan, measurementIds } from "../bench/plan.ts"
import { render } from "../bench/render.ts"
import type { Cell, Report, Table } from "../bench/Report.ts"
import { run } from "../bench/run.ts"
import { scales } from "../bench/scales.ts"
import { loadSubject } from "../bench/subject.ts"
import { ratios, summarize } from "../bench/summarize.ts"

const root = path.resolve(import.meta.dirname, "..")
const rivals = ["effect-futures", "p-queue", "p-limit"]

// Here instead of in processes of their own, which take most of the time.
const startHere = async (job: Job) => ({ ...(await loadSubject(job)), stop: async () => {} })

const tableOf = (report: Report, id: string): Table => {
  const table = report.tables.find((table) => table.id === id)
  if (table === undefined) throw new Error(`no table "${id}"`)
  return table
}

/** What a contender has to show in each line. */
const column = (table: Table, contender: string): ReadonlyArray<Cell> =>
  table.rows.map((row) => row.cells[table.columns.indexOf(contender)]!)

const isNumbers = (cell: Cell): boolean =>
  typeof cell === "object" && cell.min <= cell.median && cell.median <= cell.max && Number.isFinite(cell.median)

describe("the benchmark", () => {
  it("measures everything, of everyone who can", async () => {
    const lines: Array<string> = []
    const report = await run("tiny", measurementIds, startHere, (line) => lines.push(line))

    assert.deepStrictEqual(
      report.tables.map((table) => table.id),
      [...measurementIds]
    )
    for (const table of report.tables) {
      assert.deepStrictEqual(table.columns.slice(0, 3), rivals)
      for (const row of table.rows) assert.lengthOf(row.cells, table.columns.length)
      assert.isTrue(column(table, "effect-futures").every(isNumbers), table.id)
      assert.isTrue(column(table, "p-queue").every(isNumbers), table.id)
    }
    assert.isTrue(column(tableOf(report, "timeout"), "p-limit").every((cell) => cell === "cannot"))
    assert.isTrue(column(tableOf(report, "cancel"), "p-limit").every((cell) => cell === "cannot"))
    assert.isTrue(column(tableOf(report, "throughput"), "Effect.forEach").every(isNumbers))
    assert.isTrue(column(tableOf(report, "sequential"), "fork and join").every(isNumbers))
    assert.isAbove(lines.length, report.tables.length)

    const text = render(report)
    for (const table of report.tables) assert.include(text, `### ${table.title}`)
    for (const name of ["effect", ...rivals]) assert.match(text, new RegExp(`${name} \\d+\\.\\d+\\.\\d+`))
    assert.include(text, process.version)
    assert.notInclude(text, os.hostname())
    assert.notInclude(text, root)
  }, 120_000)

  it("measures in processes of their own, and writes the results to a file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"))
    try {
      const file = path.join(folder, "results.json")
      const node = ["--expose-gc", "--conditions=effect-futures-source", path.join(root, "bench/main.ts")]
      const args = [...node, "--tiny", "--only", "shutdown,cold", "--json", file]
      const output = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      const report = JSON.parse(fs.readFileSync(file, "utf8")) as Report
      assert.deepStrictEqual(
        report.tables.map((table) => table.id),
        ["shutdown", "cold"]
      )
      assert.isTrue(column(tableOf(report, "shutdown"), "effect-futures").every(isNumbers))
      assert.strictEqual(output, `${render(report)}\n`)
      // Not styled where nobody looks at it.
      assert.notInclude(output, "\u001B")
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  }, 120_000)

  it("states what is required", () => {
    const requirements = makePlan(scales.full).flatMap(({ id, cases, scaling }) => [
      ...cases.flatMap(({ label, requirement }) => (requirement === undefined ? [] : { id, label, ...requirement })),
      ...(scaling === undefined ? [] : [{ id, label: "scaling", ...scaling }])
    ])
    assert.deepInclude(requirements, { id: "throughput", label: "100,000", of: "ratio", bound: "at least", limit: 0.9 })
    assert.deepInclude(requirements, { id: "throughput", label: "scaling", of: "value", bound: "at least", limit: 0.5 })
    assert.deepInclude(requirements, { id: "timeout", label: "100,000", of: "ratio", bound: "at least", limit: 2 })
    assert.deepInclude(requirements, {
      id: "memory",
      label: "with timeout",
      of: "value",
      bound: "at most",
      limit: 1024
    })
  })

  it("takes medians, and ratios round by round", () => {
    assert.deepInclude(summarize([3, 1, 2]), { median: 2, min: 1, max: 3 })
    assert.deepInclude(summarize([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 })
    assert.deepInclude(ratios([2, 40], [1, 10]), { median: 3, min: 2, max: 4 })
  })

  it("knows its options", () => {
    assert.deepStrictEqual(parseOptions([]), { scale: "full", only: measurementIds, json: undefined, writeDocs: false })
    assert.deepInclude(parseOptions(["--quick", "--only", "memory", "--only=cold,cancel"]), {
      scale: "quick",
      only: ["memory", "cold", "cancel"]
    })
    assert.isUndefined(parseOptions(["--help"]))
    assert.throws(() => parseOptions(["--only", "speed"]), /no measurement "speed"/)
    assert.throws(() => parseOptions(["--quick", "--write-docs"]), /full run/)
    assert.throws(() => parseOptions(["--fast"]), /--fast/)
  })

  it("writes to its part of the document only", () => {
    const document = fs.readFileSync(path.join(root, "docs/benchmarks.md"), "utf8")
    const written = replaceGenerated(document, "numbers")
    assert.include(written, "-->\n\nnumbers\n\n<!--")
    assert.strictEqual(written.slice(0, 200), document.slice(0, 200))
    assert.strictEqual(written.slice(-100), document.slice(-100))
    assert.strictEqual(replaceGenerated(written, "numbers"), written)
    assert.throws(() => replaceGenerated("no markers", "numbers"), /between/)
  })
})
