import { count, number } from "./format.ts"
import type { Cell, Report, Table, Verdict } from "./Report.ts"
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
  const header = [table.heading, ...table.columns, ...table.rivals.map((rival) => `ours / ${rival}`), "required"]
  const lines = table.rows.map((row) => [
    row.label,
    ...row.cells.map(cell),
    ...row.ratios.map(ratio),
    row.verdicts.map(required).join("; ")
  ])
  const better = table.better === "higher" ? "more is better" : "less is better"
  const reading = table.unit === undefined ? `${capitalized(better)}.` : `In ${table.unit}; ${better}.`
  return [`### ${table.title}`, "", reading, "", align([header, ...lines])].join("\n")
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const cell = (value: Cell): string => (typeof value === "string" ? value : spread(value))

const ratio = (value: Summary | undefined): string => (value === undefined ? "" : spread(value))

const spread = ({ median, min, max }: Summary): string => {
  const [low, middle, high] = [number(min), number(median), number(max)]
  return low === high ? middle : `${middle} (${low} to ${high})`
}

const required = (verdict: Verdict): string => `${bound(verdict)}: ${verdict.isMet ? "met" : "NOT MET"}`

const bound = ({ bound, limit, of }: Verdict): string =>
  `${bound} ${count(limit)}${of === "value" ? "" : ` × ${of.rival}`}`

const align = ([header, ...lines]: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = header!.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)))
  const join = (line: ReadonlyArray<string>) => `| ${line.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`
  return [join(header!), join(widths.map((width) => "-".repeat(width))), ...lines.map(join)].join("\n")
}

/** All requirements once more, each with what came out. */
const renderVerdicts = ({ tables }: Report): string => {
  const lines = tables.flatMap(({ title, rows }) =>
    rows.flatMap(({ label, verdicts }) => verdicts.map((verdict) => ({ what: `${title}, ${label}`, verdict })))
  )
  const met = lines.filter(({ verdict }) => verdict.isMet).length
  return [
    "### Requirements",
    "",
    `${met} of ${lines.length} are met.`,
    "",
    ...lines.map(({ what, verdict }) => `- ${what}: ${number(verdict.actual)}, ${required(verdict)}`)
  ].join("\n")
}
