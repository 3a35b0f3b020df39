import type { Contender, Probe } from "../Contender.ts"
import { stopwatch } from "../../stopwatch.ts"

export const megabyte = 1_000_000

/** How many elements, or chunks, may be ahead of the reader: the default of `Executor.stream`. */
export const ahead = 16

/** A worker that streams come from. */
export interface StreamSource {
  /** Reads the numbers from 1 to `n`, and gives how many came. */
  readonly numbers?: (n: number) => Promise<number>
  /** Reads so many chunks of a megabyte, each written anew, and gives how many came. */
  readonly chunks?: (n: number) => Promise<number>
  readonly close: () => Promise<unknown>
}

const perSecond = async (read: (n: number) => Promise<number>, n: number): Promise<number> => {
  const elapsed = stopwatch()
  const count = await read(n)
  const millis = elapsed()
  if (count !== n) throw new Error(`${count} elements came of ${n}`)
  return (1000 * n) / millis
}

/** The measurements of a source. The worker is kept for later rounds. */
export const streamContender = (start: () => Promise<StreamSource>): Required<Pick<Contender, "probes" | "close">> => {
  let started: Promise<StreamSource> | undefined
  const source = () => (started ??= start())
  const probe = (kind: "numbers" | "chunks") => async (n: number) => {
    const read = (await source())[kind]
    if (read === undefined) throw new Error(`It has no ${kind}`)
    return perSecond(read, n)
  }
  const probes: Partial<Record<Probe, (size: number) => Promise<number>>> = {
    elements: probe("numbers"),
    chunks: probe("chunks")
  }
  return {
    probes,
    close: async () => {
      const open = await started
      started = undefined
      await open?.close()
    }
  }
}
