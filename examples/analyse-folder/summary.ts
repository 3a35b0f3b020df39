import { Array as Arr, Order, type Path } from "effect"
import { inBytes, inCount, inNumbers, inPercent, inTime, printable, shortened } from "./format.ts"
import type { StageMeter } from "./StageMeter.ts"
import { type Row, table } from "./table.ts"
import { type Tally, Totals } from "./Tally.ts"
import type { SkippedKind } from "./walk.ts"

export interface Summary {
  readonly path: Path.Path
  readonly root: string
  readonly tally: Tally
  readonly meters: ReadonlyArray<StageMeter>
  readonly millis: number
  readonly isInterrupted: boolean
}

/** The text that the program prints in the end. */
export const summaryOf = (summary: Summary): string => {
  const { found, totals } = summary.tally
  const sections = [
    [heading(summary)],
    ...(totals.files === 0 ? [] : [totalsOf(summary), byExtension(summary), slowest(summary)]),
    ...(found === 0 ? [] : [stages(summary)]),
    skipped(summary),
    failures(summary),
    conclusion(summary)
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")
}

type Section = (summary: Summary) => ReadonlyArray<string>

const heading = ({ path, root, millis, tally: { found, totals } }: Summary): string => {
  const below = path.relative("", root)
  const where = printable(below === "" || below.startsWith("..") ? root : below)
  if (found === 0) return `There are no files in ${where}.`
  return `${where}: ${inCount(totals.files, "file")} analysed in ${inTime(millis)}.`
}

const totalsOf: Section = ({ millis, tally: { duplicates, folders, totals } }) => [
  "Totals",
  ...table("lrl", [
    ["  files", inNumbers(totals.files), folders === 0 ? "" : `in ${inCount(folders, "folder")}`],
    ["  lines", inNumbers(totals.lines)],
    ["  words", inNumbers(totals.words)],
    ["  size", inBytes(totals.size), `${inBytes((1000 * totals.size) / Math.max(1, millis))} per second`],
    ["  compressed", inBytes(totals.compressed), `${inPercent(totals.compressed, totals.size)} of the size`],
    ["  duplicates", inNumbers(duplicates), "with the SHA-256 of another file"]
  ])
]

const extensionsShown = 8

const byExtension: Section = ({ tally: { byExtension } }) => {
  const [top, rest] = Arr.splitAt(Arr.sort(byExtension, bySize), extensionsShown)
  const others = new Totals()
  for (const [, totals] of rest) others.add(totals)
  return table("lrrrrrr", [
    ["By extension", "files", "lines", "words", "size", "compressed", "ratio"],
    ...top.map(([extension, totals]) => totalsRow(extension === "" ? "(none)" : extension, totals)),
    ...(rest.length === 0 ? [] : [totalsRow(`${rest.length} others`, others)])
  ])
}

const bySize = Order.mapInput(Order.flip(Order.Number), ([, totals]: readonly [string, Totals]) => totals.size)

const totalsRow = (name: string, { files, lines, words, size, compressed }: Totals): Row => [
  `  ${shortened(printable(name), 16)}`,
  inNumbers(files),
  inNumbers(lines),
  inNumbers(words),
  inBytes(size),
  inBytes(compressed),
  inPercent(compressed, size)
]

/** The last stage tells the slowest files: its tasks are named after them. */
const slowest: Section = (summary) => [
  "Slowest files",
  ...table(
    "rl",
    (summary.meters.at(-1)?.slowest ?? []).map(({ name, millis }) => [`  ${inTime(millis)}`, nameOf(summary, name)])
  )
]

const stages: Section = ({ meters }) =>
  table("lrrrrrr", [
    ["Stages", "tasks", "timed out", "cancelled", "busy", "work", "at a time"],
    ...meters.map((meter) => [
      `  ${meter.name}`,
      inNumbers(meter.tasks),
      inNumbers(meter.timedOut),
      inNumbers(meter.cancelled),
      inTime(meter.busyMillis),
      inTime(meter.workMillis),
      `${meter.peak} of ${meter.maxWorkers}`
    ])
  ])

const skippedNames: Record<SkippedKind, readonly [string, string]> = {
  LinkToDirectory: ["link to a folder", "links to folders"],
  Socket: ["socket", "sockets"],
  FIFO: ["named pipe", "named pipes"],
  BlockDevice: ["block device", "block devices"],
  CharacterDevice: ["character device", "character devices"],
  SymbolicLink: ["link", "links"],
  Unknown: ["entry of unknown kind", "entries of unknown kind"]
}

const skipped: Section = ({ tally }) =>
  tally.skipped.size === 0
    ? []
    : [`Skipped ${Array.from(tally.skipped, ([kind, n]) => inCount(n, ...skippedNames[kind])).join(", ")}`]

const failuresShown = 5

const failures: Section = (summary) => {
  const all = summary.tally.failures
  const kinds = Object.entries(Arr.groupBy(all, ({ kind }) => kind))
  if (kinds.length === 0) return []
  return [
    `Failures: ${inNumbers(all.length)}`,
    ...kinds.flatMap(([kind, failures]) => [
      `  ${kind}: ${inNumbers(failures.length)}`,
      ...failures
        .slice(0, failuresShown)
        .map(({ path, detail }) => `    ${nameOf(summary, path)} (${printable(detail)})`),
      ...(failures.length > failuresShown ? [`    and ${inNumbers(failures.length - failuresShown)} more`] : [])
    ])
  ]
}

const conclusion: Section = ({ isInterrupted, tally }) =>
  isInterrupted
    ? [
        `Interrupted after ${inNumbers(tally.done)} of ${inNumbers(tally.found)} files` +
          (tally.isAllFound ? "." : " found by then.")
      ]
    : []

/** Paths are relative to the folder that was asked for, as the heading names that. */
const nameOf = ({ path, root }: Summary, file: string): string => {
  const name = path.relative(root, file)
  return shortened(printable(name === "" ? path.basename(file) : name), 80)
}
