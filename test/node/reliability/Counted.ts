import { Effect } from "effect"
import * as fs from "node:fs"
import { traces } from "../remoteExecutors/support.ts"
import type { Tally } from "./stormTasks.ts"

/** Counts how often each task has run. */
export interface Counted {
  readonly tally: Tally
  readonly runs: () => ArrayLike<number>
}

const inMemory = (count: number): Counted => {
  const tally = new Int32Array(new SharedArrayBuffer(count * 4))
  return { tally, runs: () => tally }
}

const inFile = (count: number) =>
  Effect.map(traces, ({ file }): Counted => {
    const runs = () => {
      const found = new Int32Array(count)
      for (const line of fs.readFileSync(file, "utf8").split("\n").slice(0, -1)) found[Number(line)]! += 1
      return found
    }
    return { tally: file, runs }
  })

/** Processes share no memory. What they write to a file stays there when they are killed. */
export const countRuns = (kind: string, count: number) =>
  kind === "ThreadExecutor" ? Effect.sync(() => inMemory(count)) : inFile(count)
