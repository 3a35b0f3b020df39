import { Piscina } from "piscina"
import { abortAfter } from "./abortAfter.ts"
import type { Bytes } from "./functions.ts"
import { withPromises, type WorkerPool } from "./WorkerPool.ts"

const filename = new URL("./functions.ts", import.meta.url).href
const transferring = new URL("./serve/piscinaTransfer.ts", import.meta.url).href

export const startPiscina = async (threads: number, concurrentTasksPerWorker = 1): Promise<WorkerPool> => {
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker })
  return {
    ...withPromises((name, argument, timeout) =>
      timeout === undefined
        ? pool.run(argument, { name })
        : abortAfter(timeout, (signal) => pool.run(argument, { name, signal: signal! }))
    ),
    transfer: (bytes: Bytes) =>
      pool.run(bytes, { filename: transferring, name: "transfer", transferList: [bytes.buffer] }) as Promise<Bytes>,
    close: () => pool.destroy()
  }
}
