/**
 * Schedules to the first bug of each program, for each strategy: `npm run bench:races`.
 *
 * Options: `--seeds 10`; `--max 10000`; `--only NAME`, several times if wanted; `--write-docs` puts the rows into the table of
 * docs/interleave.md, where the others stay as they are.
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
    "write-docs": { type: "boolean", default: false }
  }
})

const seeds = Number(values.seeds)
const maxSchedules = Number(values.max)
const deterministic = ["exhaustive", "delay"] as const
const drawn = ["auto", "reads", "pct", "walk", "random"] as const

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

/** Median and worst. */
const summary = (counts: ReadonlyArray<number>): string => {
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

const heading = [
  `| program | published: POS / PCT / RFF / PERIOD | auto | reads | pct | walk | random | exhaustive | delay |`,
  `| --- | --- | --- | --- | --- | --- | --- | --- | --- |`
]
const docs = new URL("../../docs/interleave.md", import.meta.url)
const [begin, end] = ["<!-- races -->", "<!-- /races -->"]

/** Puts the rows into the table of the docs, in the order of the programs. */
const writeDocs = (measured: ReadonlyMap<string, string>): void => {
  const text = readFileSync(docs, "utf8")
  const [before, rest] = [text.split(begin)[0]!, text.split(begin)[1]!]
  const [table, after] = [rest.split(end)[0]!, rest.split(end)[1]!]
  const known = new Map(table.split("\n").map((line) => [line.split("|")[1]?.trim() ?? "", line]))
  const rows = races.flatMap(({ name }) => measured.get(name) ?? known.get(name) ?? [])
  writeFileSync(docs, `${before}${begin}\n\n${[...heading, ...rows].join("\n")}\n\n${end}${after}`)
}

const measured = new Map<string, string>()
for (const race of races) {
  if (!values.only.some((part) => race.name.includes(part))) continue
  const cells = [race.name, showPublished(race.published)]
  for (const strategy of drawn) cells.push(summary(await firstBugs(race, strategy, seeds)))
  for (const strategy of deterministic) cells.push(show((await firstBugs(race, strategy, 1))[0]!))
  measured.set(race.name, `| ${cells.join(" | ")} |`)
  console.log(measured.get(race.name))
  if (values["write-docs"]) writeDocs(measured)
}
