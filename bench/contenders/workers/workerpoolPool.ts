import { fileURLToPath } from "node:url"
import workerpool from "workerpool"
import type { Bytes } from "./functions.ts"
import { withPromises, type WorkerPool } from "./WorkerPool.ts"

const script = fileURLToPath(new URL("./serve/workerpool.ts", import.meta.url))

export const startWorkerpool = async (workers: number, workerType: "thread" | "process"): Promise<WorkerPool> => {
  const pool = workerpool.pool(script, { workerType, minWorkers: workers, maxWorkers: workers })
  return {
    countsFromStart: true,
    ...withPromises((name, argument, timeout) => {
      const result = pool.exec(name, [argument])
      return native(timeout === undefined ? result : result.timeout(timeout))
    }),
    transfer: (bytes) => native(pool.exec("transfer", [bytes], { transfer: [bytes.buffer] })) as Promise<Bytes>,
    close: async () => {
      await pool.terminate(true)
    }
  }
}

// Workerpool's own promises lack `Symbol.toStringTag`, but only in their types.
const native = (result: unknown): Promise<unknown> => result as Promise<unknown>
