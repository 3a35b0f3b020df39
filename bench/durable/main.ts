/**
 * Durable tasks next to other queues, each on a server of its own kind that this starts: `npm run bench:durable`. Each works off a
 * backlog of trivial tasks in one and in two processes, and has tasks one at a time. There are two rounds, the second in the opposite order.
 *
 * `--tasks 5000` is the backlog, `--only 'boss|BullMQ'` does those contenders whose name fits, `--long 1000000` measures with a long
 * backlog, of which so many are worked off as is usual.
 */
import { parseArgs } from "node:util"
import { contenders } from "./contenders/index.ts"
import { latency, places, throughput, type Throughput } from "./measure.ts"
import { Servers } from "./Servers.ts"

const { values } = parseArgs({
  options: { tasks: { type: "string" }, only: { type: "string" }, long: { type: "string" } }
})
const tasks = Number(values.tasks ?? 5000)
const long = Number(values.long ?? 0)

const only = new RegExp(values.only ?? "")

const servers = await Servers.make()
const chosen = contenders.filter((each) => only.test(each.name) && servers.has(each))
const rounds = [chosen, chosen.toReversed()]

const rounded = (value: number, digits = 0): string =>
  Number.isNaN(value) ? "?" : value.toLocaleString("en", { maximumFractionDigits: digits })

const print = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): void => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`
  console.log([line(header), line(header.map(() => "---")), ...rows.map(line), ""].join("\n"))
}

/** The results of each contender, in the order of the rounds. */
const inRounds = async <A>(measure: (contender: (typeof chosen)[number]) => Promise<A>) => {
  const results = new Map(chosen.map(({ name }) => [name, new Array<A>()]))
  for (const round of rounds) for (const each of round) results.get(each.name)!.push(await measure(each))
  return results
}

const both = <A>(results: ReadonlyArray<A> | undefined, show: (result: A) => string): string =>
  (results ?? []).map(show).join(" / ")

const compare = async (): Promise<void> => {
  const one = await inRounds((each) => throughput(servers, each, { backlog: tasks, tasks, workers: 1 }))
  const two = await inRounds((each) => throughput(servers, each, { backlog: tasks, tasks, workers: 2 }))
  const waits = await inRounds((each) => latency(servers, each))
  const at = (share: number) => (sorted: ReadonlyArray<number>) =>
    rounded(sorted[Math.floor(share * sorted.length)]!, 1)
  const rate = ({ run }: Throughput) => rounded(run)
  print(
    [`${rounded(tasks)} tasks, ${places} at a time, two rounds`, "tasks/s, 1 process", "2 processes", "submitted/s"],
    chosen.map(({ name }) => [
      name,
      both(one.get(name), rate),
      both(two.get(name), rate),
      both(one.get(name), ({ submitted }) => rounded(submitted))
    ])
  )
  print(
    ["", "ms until it runs, median", "95 of 100", "ms of processor for a task, programs + server"],
    chosen.map(({ name }) => [
      name,
      both(waits.get(name), at(0.5)),
      both(waits.get(name), at(0.95)),
      both(one.get(name), ({ programs, server }) => `${rounded(programs, 2)} + ${rounded(server, 2)}`)
    ])
  )
}

/** A long backlog, of which as many tasks are run as of a short one. */
const compareWithLong = async (): Promise<void> => {
  const short = await inRounds((each) => throughput(servers, each, { backlog: tasks, tasks, workers: 1 }))
  const results = new Map<string, Throughput>()
  for (const each of chosen) {
    results.set(each.name, await throughput(servers, each, { backlog: long, tasks, workers: 1 }))
  }
  print(
    ["tasks/s, 1 process", `backlog of ${rounded(tasks)}, two rounds`, `of ${rounded(long)}`, "submitted/s"],
    chosen.map(({ name }) => [
      name,
      both(short.get(name), ({ run }) => rounded(run)),
      rounded(results.get(name)!.run),
      rounded(results.get(name)!.submitted)
    ])
  )
}

try {
  await (long === 0 ? compare() : compareWithLong())
} finally {
  // Otherwise servers would go on running after a failure.
  await servers.remove()
}
