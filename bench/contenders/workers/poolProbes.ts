import { microsEach, perSecond, stopwatch } from "../../stopwatch.ts"
import { mean, summarize } from "../../summarize.ts"
import type { Probe } from "../Contender.ts"
import type { Bytes } from "./functions.ts"
import { spinners } from "./spinners.ts"
import { tasksAtATime } from "./tasksAtATime.ts"
import { timeOut } from "./timeOut.ts"
import { type WorkerPool, workers } from "./WorkerPool.ts"

export type PoolProbe =
  | "burst"
  | "sequential"
  | "startup"
  | "scaling"
  | "clone"
  | "transfer"
  | "transferMean"
  | "recovery"
  | "whole"
  | "spinners"

export const poolProbes = (
  start: (workers: number) => Promise<WorkerPool>,
  poolOf: (workers?: number) => Promise<WorkerPool>
): Readonly<Record<PoolProbe & Probe, (size: number) => Promise<number>>> => ({
  burst: async (size) => {
    const pool = await poolOf()
    const elapsed = stopwatch()
    await pool.burst(size)
    return perSecond(size, elapsed())
  },
  sequential: async (size) => {
    const pool = await poolOf()
    const elapsed = stopwatch()
    await pool.sequential(size)
    return microsEach(size, elapsed())
  },
  startup: async () => {
    const elapsed = stopwatch()
    const pool = await start(1)
    await pool.sequential(1)
    const millis = elapsed()
    await pool.close()
    return millis
  },
  scaling: async (size) => {
    const alone = await computing(await poolOf(1), size)
    return alone / (await computing(await poolOf(2), size))
  },
  clone: async (size) => {
    const pool = await poolOf(1)
    return thereAndBack(size, (bytes) => pool.run("echo", bytes))
  },
  transfer: async (size) => summarize(await transfers(await poolOf(1), size)).median,
  transferMean: async (size) => mean(await transfers(await poolOf(1), size)),
  recovery: async () => recovery(await poolOf(1)),
  whole: async (size) => whole(await poolOf(), size),
  spinners: async (size) => spinners(await poolOf(), size)
})

const computing = async (pool: WorkerPool, tasks: number): Promise<number> => {
  const elapsed = stopwatch()
  await Promise.all(Array.from({ length: tasks }, () => pool.run("compute", 1_000_000)))
  return elapsed()
}

// The one that has come back: making another each time would measure the garbage collection.
let bytes: Bytes = new Uint8Array(0)

const thereAndBack = async (size: number, send: (bytes: Bytes) => Promise<unknown>): Promise<number> => {
  if (bytes.length !== size) bytes = new Uint8Array(size).fill(1)
  const elapsed = stopwatch()
  bytes = (await send(bytes)) as Bytes
  const millis = elapsed()
  if (bytes.length !== size || bytes.at(-1) !== 1) throw new Error("The bytes have not come back.")
  return millis
}

/** How long each of a hundred took, in a program that has been at it for a while. */
const transfers = async (pool: WorkerPool, size: number): Promise<ReadonlyArray<number>> => {
  // After a collection that was forced, as before each round, V8 collects at nearly every buffer that comes, for some hundreds of them.
  for (let i = 0; i < 1000; i++) await thereAndBack(size, pool.transfer!)
  const times: Array<number> = []
  while (times.length < 100) times.push(await thereAndBack(size, pool.transfer!))
  return times
}

/** From the moment at which the timeout of a stuck task is over until the next task's answer. */
const recovery = async (pool: WorkerPool): Promise<number> => {
  // The worker is there, and has nothing to do.
  await pool.sequential(1)
  const timeout = 50
  const elapsed = stopwatch()
  const stuck = timeOut(pool, timeout)
  await pool.sequential(1)
  const millis = elapsed() - timeout
  await stuck
  return millis
}

/** How many tasks run at a time when so many have been stuck. */
const whole = async (pool: WorkerPool, stuck: number): Promise<number> => {
  for (let i = 0; i < stuck; i += workers) {
    await Promise.all(Array.from({ length: workers }, () => timeOut(pool, 50)))
  }
  return tasksAtATime(pool, workers)
}
