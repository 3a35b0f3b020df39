import type { WorkerPool } from "./WorkerPool.ts"

/** Runs a task that spins until its timeout. */
export const timeOut = async (pool: WorkerPool, timeout: number): Promise<void> => {
  const outcome = await pool.run("spin", undefined, timeout).then(
    () => "It came to an end.",
    () => undefined
  )
  if (outcome !== undefined) throw new Error(outcome)
}
