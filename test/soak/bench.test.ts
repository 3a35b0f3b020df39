import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "vitest"
import { replaceGenerated } from "../../bench/docs.ts"
import { parseOptions } from "../../bench/options.ts"
import { makePlan, type MeasurementId, measurementIds } from "../../bench/plan.ts"
import { render } from "../../bench/render.ts"
import type { Cell, Report, Table } from "../../bench/Report.ts"
import { run } from "../../bench/run.ts"
import { scales } from "../../bench/scales.ts"
import { loadSubject } from "../../bench/subject.ts"
import { ratios, summarize } from "../../bench/summarize.ts"
import { tabulate } from "../../bench/tabulate.ts"

const root = path.resolve(import.meta.dirname, "../..")
const rivals = ["effect-futures", "p-queue", "p-limit"]

/** Next to p-queue and p-limit. */
const isOfFibers = (id: string): boolean =>
  !isOfWorkers(id) && !isOfStreams(id) && !id.startsWith("keyed.") && id !== "interleave" && id !== "races"

const isOfStreams = (id: string): boolean => id.startsWith("streams.")

const isOfWorkers = (id: string): boolean => id.startsWith("threads.") || id.startsWith("processes.")

const tableOf = (report: Report, id: string): Table => {
  const table = report.tables.find((table) => table.id === id)
  if (table === undefined) throw new Error(`no table "${id}"`)
  return table
}

/** The result of a contender in each line. */
const column = (table: Table, contender: string): ReadonlyArray<Cell> =>
  table.rows.map((row) => row.cells[table.columns.indexOf(contender)]!)

const isNumbers = (cell: Cell): boolean =>
  typeof cell === "object" && cell.min <= cell.median && cell.median <= cell.max && Number.isFinite(cell.median)

/** Without a warm-up, for which twice as many workers would have to start. */
const runCold = (ids: ReadonlyArray<MeasurementId>) =>
  run(
    "tiny",
    ids,
    (job) => loadSubject({ ...job, warmUp: undefined }),
    () => {}
  )

describe("the benchmark", () => {
  it("measures everything, of everyone who can", async () => {
    const lines: Array<string> = []
    const ids = measurementIds.filter(isOfFibers)
    // Here instead of in processes of their own, which take most of the time.
    const report = await run("tiny", ids, loadSubject, (line) => lines.push(line))

    assert.deepStrictEqual(
      report.tables.map((table) => table.id),
      ids
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

  it("measures what a schedule costs next to a plain run", async () => {
    const report = await run("tiny", ["interleave"], loadSubject, () => {})
    const table = tableOf(report, "interleave")
    assert.deepStrictEqual(table.columns.slice(0, 4), ["exhaustive", "pct", "random", "plain run"])
    for (const name of table.columns.slice(0, 4)) assert.isTrue(column(table, name).every(isNumbers), name)
  }, 120_000)

  it.each(["streams.", "keyed."])(
    "measures %s",
    async (kind) => {
      const ids = measurementIds.filter((id) => id.startsWith(kind))
      const report = await runCold(ids)
      assert.deepStrictEqual(
        report.tables.map((table) => table.id),
        ids
      )
      for (const table of report.tables) {
        for (const name of table.columns) assert.isTrue(column(table, name).every(isNumbers), `${table.id} of ${name}`)
      }
    },
    120_000
  )

  it("measures pools of threads, and of processes", async () => {
    // The other half of these pairs does the same once more, and takes seconds.
    const others = ["threads.transferMean", "threads.whole", "processes.recovery", "processes.spinners"]
    const ids = measurementIds.filter((id) => isOfWorkers(id) && !others.includes(id))
    const report = await runCold(ids)

    assert.deepStrictEqual(
      report.tables.map((table) => table.id),
      ids
    )
    for (const table of report.tables) {
      assert.isTrue(column(table, "effect-futures").every(isNumbers), table.id)
      assert.isTrue(column(table, "workerpool").every(isNumbers), table.id)
      assert.isTrue(column(table, "tinypool").every(isNumbers), table.id)
      for (const { ratios } of table.rows) assert.lengthOf(ratios, table.rivals.length)
    }
    const burst = tableOf(report, "threads.burst")
    for (const name of burst.columns) assert.isTrue(column(burst, name).every(isNumbers), name)
    assert.include(burst.columns, "piscina, 8 a worker")
    assert.notInclude(tableOf(report, "threads.startup").columns, "piscina, 8 a worker")
    assert.deepStrictEqual(column(tableOf(report, "threads.recovery"), "poolifier"), ["cannot"])
    assert.deepStrictEqual(column(tableOf(report, "threads.recovery"), "Effect RPC"), ["cannot"])
    assert.include(render(report), "ours / best peer")
    assert.include(render(report), "at least 4 × piscina")
  }, 300_000)

  it("compares with the best of several rivals, round by round", () => {
    const measurement = makePlan(scales.full).find(({ id }) => id === "threads.sequential")!
    const [each] = measurement.cases
    const times: Readonly<Record<string, ReadonlyArray<number>>> = {
      "effect-futures": [2, 3],
      piscina: [4, 4],
      tinypool: [1, 2],
      "bare threads": [0.1, 0.1]
    }
    const measured = measurement.field.contenders.map((contender) => ({
      case: each!,
      contender,
      values: [...(times[contender.name] ?? [9])]
    }))
    const [row] = tabulate(measurement, measured).rows
    assert.deepStrictEqual(
      row!.ratios.map((ratio) => ratio?.values),
      [
        [0.5, 0.75],
        [2, 1.5]
      ]
    )
    assert.deepStrictEqual(row!.verdicts, [
      { bound: "at most", limit: 1, of: { rival: "piscina" }, actual: 0.625, isMet: true }
    ])
  })

  it("measures in processes of their own, and writes the results to a file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"))
    try {
      const file = path.join(folder, "results.json")
      const node = ["--expose-gc", "--conditions=effect-futures-source", path.join(root, "bench/main.ts")]
      const args = [...node, "--tiny", "--only", "shutdown,processes.burst", "--json", file]
      const output = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      const report = JSON.parse(fs.readFileSync(file, "utf8")) as Report
      assert.deepStrictEqual(
        report.tables.map((table) => table.id),
        ["shutdown", "processes.burst"]
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
      ...cases.flatMap(({ label, requirements }) => requirements.map((requirement) => ({ id, label, ...requirement }))),
      ...(scaling === undefined ? [] : [{ id, label: "scaling", ...scaling }])
    ])
    const over = { of: { rival: "p-queue" }, bound: "at least" } as const
    assert.deepInclude(requirements, { id: "throughput", label: "100,000", ...over, limit: 0.9 })
    assert.deepInclude(requirements, { id: "throughput", label: "scaling", of: "value", bound: "at least", limit: 0.5 })
    assert.deepInclude(requirements, { id: "timeout", label: "100,000", ...over, limit: 2 })
    const burst = { label: "50,000", bound: "at least" } as const
    assert.deepInclude(requirements, { id: "threads.burst", ...burst, of: { rival: "piscina" }, limit: 4 })
    assert.deepInclude(requirements, { id: "threads.burst", ...burst, of: { rival: "best peer" }, limit: 1.5 })
    assert.deepInclude(requirements, { id: "processes.burst", ...burst, of: { rival: "best peer" }, limit: 3 })
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
    assert.deepInclude(parseOptions(["--only", "processes"]), {
      only: measurementIds.filter((id) => id.startsWith("processes."))
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
