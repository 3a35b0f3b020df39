/**
 * Schedules to the first bug of each program, for each strategy: `npm run bench:races`.
 *
 * Options: `--seeds 10`; `--max 10000`; `--only NAME` and `--strategy NAME`, several times if wanted; `--write-docs` puts the figures
 * into the table of docs/interleave.md, where the others stay as they are.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Interleave } from "effect-futures/testing"
import { firstBug } from "./firstBug.ts"
import { type Published, type RaceProgram, races } from "./index.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10" },
    max: { type: "string", default: "10000" },
    only: { type: "string", multiple: true, default: [""] },
    strategy: { type: "string", multiple: true },
    "write-docs": { type: "boolean", default: false }
  }
})

const seeds = Number(values.seeds)
const maxSchedules = Number(values.max)
const deterministic: ReadonlySet<Interleave.Strategy> = new Set(["exhaustive", "delay"])
const strategies = ["auto", "reads", "pct", "walk", "random", "exhaustive", "delay"] as const

/** A program of a hundred fibers: a thousand schedules of it take as long as all of the others. */
const isLarge = ({ name }: RaceProgram): boolean => name === "CS.twostage_100"

/** The first bug of a program with each seed. If most seeds find none, the median is known, and the others are left out. */
const firstBugs = async (race: RaceProgram, strategy: Interleave.Strategy, seeds: number): Promise<Array<number>> => {
  const max = isLarge(race) && strategy !== "auto" ? Math.min(maxSchedules, 2000) : maxSchedules
  const counts: Array<number> = []
  for (let seed = 0, missed = 0; seed < seeds && missed <= seeds / 2; seed++) {
    const count = await firstBug(race, strategy, seed, max)
    if (count === Infinity) missed++
    counts.push(count)
  }
  return counts
}

const show = (count: number): string =>
  count === Infinity ? "∞" : count.toLocaleString("en-US", { maximumFractionDigits: 1 })

/** Median and worst, or the only one. */
const summary = (counts: ReadonlyArray<number>): string => {
  if (counts.length === 1) return show(counts[0]!)
  const sorted = counts.toSorted((a, b) => a - b)
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
  return `${show(middle)}, ${show(sorted.at(-1)!)}`
}

const showPublished = (published: Published | undefined): string =>
  published === undefined
    ? "–"
    : [published.pos, published.pct, published.rff, published.period]
        .map((each) => (each === undefined ? "–" : show(each)))
        .join(" / ")

const columns = ["program", "published: POS / PCT / RFF / PERIOD", ...strategies]
const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const docs = new URL("../../docs/interleave.md", import.meta.url)
const [begin, end] = ["<!-- races -->", "<!-- /races -->"]

/** Puts the figures into the table of the docs, with the programs in their order. */
const writeDocs = (measured: ReadonlyMap<string, ReadonlyMap<string, string>>): void => {
  const text = readFileSync(docs, "utf8")
  const [before, rest] = [text.split(begin)[0]!, text.split(begin)[1]!]
  const [table, after] = [rest.split(end)[0]!, rest.split(end)[1]!]
  const [heads, , ...lines] = table
    .trim()
    .split("\n")
    .map((each) => each.slice(2, -2).split(" | "))
  const known = new Map(lines.map((cells) => [cells[0], new Map(cells.map((cell, i) => [heads?.[i], cell]))]))
  const rows = races.map(({ name, published }) => {
    const figures = strategies.map((each) => measured.get(name)?.get(each) ?? known.get(name)?.get(each) ?? "")
    return line([name, showPublished(published), ...figures])
  })
  const all = [line(columns), line(columns.map(() => "---")), ...rows]
  writeFileSync(docs, `${before}${begin}\n\n${all.join("\n")}\n\n${end}${after}`)
}

const measured = new Map<string, Map<string, string>>()
for (const race of races) {
  if (!values.only.some((part) => race.name.includes(part))) continue
  const figures = new Map<string, string>()
  measured.set(race.name, figures)
  for (const strategy of strategies) {
    if (values.strategy !== undefined && !values.strategy.includes(strategy)) continue
    figures.set(strategy, summary(await firstBugs(race, strategy, deterministic.has(strategy) ? 1 : seeds)))
  }
  console.log(line([race.name, ...figures.values()]))
  if (values["write-docs"]) writeDocs(measured)
}
