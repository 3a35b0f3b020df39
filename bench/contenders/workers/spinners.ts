import { stopwatch } from "../../stopwatch.ts"
import { timeOut } from "./timeOut.ts"
import { type WorkerPool, workers } from "./WorkerPool.ts"

const timeout = 100
const steps = 1_000_000

/**
 * How much of the throughput that is possible is left when one task in a hundred spins until its timeout. Possible is the
 * time of the others alone, and that for which the spinning ones may have a worker.
 */
export const spinners = async (pool: WorkerPool, size: number): Promise<number> => {
  const count = Math.max(1, Math.round(size / 100))
  const every = Math.ceil(size / count)
  const rest = size - count
  const lanes = pool.countsFromStart === true ? size : workers
  // V8 has compiled the code by then.
  await through(workers, 20, () => pool.run("compute", steps))
  const alone = await through(lanes, rest, () => pool.run("compute", steps))
  const mixed = await through(lanes, size, (i) =>
    i % every === 0 ? timeOut(pool, timeout) : pool.run("compute", steps)
  )
  return (alone + (count * timeout) / workers) / mixed
}

/** So many at a time: where a timeout is counted from the submission, as many as there are workers. */
const through = async (lanes: number, size: number, task: (i: number) => Promise<unknown>): Promise<number> => {
  let next = 0
  const lane = async () => {
    while (next < size) await task(next++)
  }
  const elapsed = stopwatch()
  await Promise.all(Array.from({ length: lanes }, lane))
  return elapsed()
}
