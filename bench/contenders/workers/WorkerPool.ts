import type { Bytes, Pair } from "./functions.ts"

/** How many workers a pool has by default. */
export const workers = 2

/** A pool of workers that can run the functions of `functions.ts`. */
export interface WorkerPool {
  /** Submits so many additions at once, and has all results. */
  readonly burst: (size: number) => Promise<void>
  /** Additions, one after the other. */
  readonly sequential: (size: number) => Promise<void>
  readonly run: Run
  /** A timeout is counted from when the task starts to run, and not from its submission. */
  readonly countsFromStart?: true
  /** Sends the bytes there and back by moving instead of copying. */
  readonly transfer?: (bytes: Bytes) => Promise<Bytes>
  readonly close: () => Promise<void>
}

export interface Arguments {
  readonly add: Pair
  readonly spin: undefined
  readonly compute: number
  readonly hold: number
  readonly echo: Bytes
  readonly never: undefined
}

/** Rejects if the task takes longer than the timeout, in milliseconds. */
export type Run = <Name extends keyof Arguments>(
  name: Name,
  argument: Arguments[Name],
  timeout?: number
) => Promise<unknown>

/** The tasks of a burst and of a sequence. */
export const pair = (i: number): Pair => ({ a: i, b: 1 })

/** Bursts and sequences for a pool whose natural use is to call it and await the promise. */
export const withPromises = (run: Run): Pick<WorkerPool, "burst" | "sequential" | "run"> => ({
  run,
  burst: async (size) => {
    const results: Array<Promise<unknown>> = []
    for (let i = 0; i < size; i++) results.push(run("add", pair(i)))
    await Promise.all(results)
  },
  sequential: async (size) => {
    for (let i = 0; i < size; i++) await run("add", pair(i))
  }
})
