import { count, number } from "./format.ts"
import type { Cell, Report, Row, Table, Verdict } from "./Report.ts"
import type { Summary } from "./summarize.ts"

/** The report as Markdown, aligned so that it can be read as it is. */
export const render = (report: Report): string =>
  [renderMachine(report), ...report.tables.map(renderTable), renderVerdicts(report)].join("\n\n")

const renderMachine = ({ machine, versions, scale }: Report): string => {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node.js ${machine.node}`,
    `Versions: ${software.join(", ")}`,
    ...(scale === "full" ? [] : [`Scale: ${scale}`])
  ].join("  \n")
}

const renderTable = (table: Table): string => {
  const header = [table.heading, ...table.columns, "ours / p-queue", "required"]
  const lines = table.rows.map((row) => [row.label, ...row.cells.map(cell), ratio(row), required(row.verdict)])
  const better = table.better === "higher" ? "more is better" : "less is better"
  return [`### ${table.title}`, "", `In ${table.unit}; ${better}.`, "", align([header, ...lines])].join("\n")
}

const cell = (value: Cell): string => (typeof value === "string" ? value : spread(value))

const ratio = (row: Row): string => (row.ratio === undefined ? "" : spread(row.ratio))

const spread = ({ median, min, max }: Summary): string => {
  const [low, middle, high] = [number(min), number(median), number(max)]
  return low === high ? middle : `${middle} (${low} to ${high})`
}

const required = (verdict: Verdict | undefined): string =>
  verdict === undefined ? "" : `${verdict.bound} ${count(verdict.limit)}: ${verdict.isMet ? "met" : "NOT MET"}`

const align = ([header, ...lines]: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = header!.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)))
  const join = (line: ReadonlyArray<string>) => `| ${line.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`
  return [join(header!), join(widths.map((width) => "-".repeat(width))), ...lines.map(join)].join("\n")
}

const renderVerdicts = ({ tables }: Report): string => {
  const verdicts = tables.flatMap((table) => table.rows.flatMap((row) => row.verdict ?? []))
  const met = verdicts.filter((verdict) => verdict.isMet).length
  return `${met} of ${verdicts.length} requirements met.`
}
