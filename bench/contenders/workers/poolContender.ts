import type { Contender, Probe } from "../Contender.ts"
import { poolProbes, type PoolProbe } from "./poolProbes.ts"
import { tasksAtATime } from "./tasksAtATime.ts"
import { workers, type WorkerPool } from "./WorkerPool.ts"

/** Measurements that are left out for another setting of a pool, because it makes no difference there. */
export const settingCannot: ReadonlyArray<PoolProbe> = [
  "startup",
  "scaling",
  "clone",
  "transfer",
  "transferMean",
  "recovery",
  "whole",
  "spinners"
]

const startAll = async (start: (workers: number) => Promise<WorkerPool>, size: number): Promise<WorkerPool> => {
  const pool = await start(size)
  await tasksAtATime(pool, size)
  return pool
}

/** The measurements of a pool of workers. Pools are kept for later rounds, as applications keep theirs. */
export const poolContender = (
  start: (workers: number) => Promise<WorkerPool>,
  cannot: ReadonlyArray<PoolProbe> = []
): Required<Pick<Contender, "keep" | "probes" | "close">> => {
  const started = new Map<number | "kept", Promise<WorkerPool>>()
  const poolOf = (size: number = workers): Promise<WorkerPool> => {
    const pool = started.get(size) ?? startAll(start, size)
    started.set(size, pool)
    return pool
  }
  const probes: Partial<Record<Probe, (size: number) => Promise<number>>> = { ...poolProbes(start, poolOf) }
  for (const probe of cannot) delete probes[probe]
  return {
    probes,
    // The probe has a pool of its own, whose one worker is busy.
    keep: () => {
      const pool = startAll(start, 1)
      started.set("kept", pool)
      return pool.then(({ run }) => Promise.allSettled([run("never", undefined), run("never", undefined)]))
    },
    close: async () => {
      const pools = Array.from(started.values())
      started.clear()
      await Promise.all(pools.map(async (pool) => (await pool).close()))
    }
  }
}
