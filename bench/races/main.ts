/**
 * Schedules to the first bug of each program, for each strategy: `node --conditions=effect-futures-source bench/races/main.ts`.
 *
 * Options: `--seeds 10`, `--max 10000`, `--only NAME`, `--write` puts the table into docs/interleave.md.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { type Published, type RaceProgram, races } from "./index.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10" },
    max: { type: "string", default: "10000" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false }
  }
})

const seeds = Number(values.seeds)
const maxSchedules = Number(values.max)
const deterministic = ["exhaustive", "delay"] as const
const drawn = ["auto", "reads", "pct", "random"] as const

/** A program of a hundred fibers: a thousand schedules of it take as long as all of the others. */
const isLarge = ({ name }: RaceProgram): boolean => name === "CS.twostage_100"

/** Which schedule was the first to fail; `Infinity` if none did. */
const firstBug = async (race: RaceProgram, strategy: Interleave.Strategy, seed: number): Promise<number> => {
  const max = isLarge(race) ? Math.min(maxSchedules, 2000) : maxSchedules
  const report = await Effect.runPromise(
    Effect.catchTag(
      Interleave.check(race.program, { strategy, seed, maxSchedules: max }),
      "InterleaveFailure",
      Effect.succeed
    )
  )
  return "how" in report ? Number(/schedule (\d+)/.exec(report.how)?.[1]) : Infinity
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

const rows: Array<string> = []
for (const race of races) {
  if (!race.name.includes(values.only)) continue
  const cells = [race.name, showPublished(race.published)]
  for (const strategy of drawn) {
    const counts: Array<number> = []
    for (let seed = 0; seed < seeds; seed++) counts.push(await firstBug(race, strategy, seed))
    cells.push(summary(counts))
  }
  for (const strategy of deterministic) cells.push(show(await firstBug(race, strategy, 0)))
  rows.push(`| ${cells.join(" | ")} |`)
  console.log(rows.at(-1))
}

const table = [
  `| program | published: POS / PCT / RFF / PERIOD | auto | reads | pct | random | exhaustive | delay |`,
  `| --- | --- | --- | --- | --- | --- | --- | --- |`,
  ...rows
].join("\n")

if (values.write) {
  const file = new URL("../../docs/interleave.md", import.meta.url)
  const [begin, end] = ["<!-- races -->", "<!-- /races -->"]
  const text = readFileSync(file, "utf8")
  const [before, after] = [text.split(begin)[0]!, text.split(end)[1]!]
  writeFileSync(file, `${before}${begin}\n\n${table}\n\n${end}${after}`)
}
