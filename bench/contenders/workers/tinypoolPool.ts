import { type Options, Tinypool } from "tinypool"
import { abortAfter } from "./abortAfter.ts"
import type { Bytes } from "./functions.ts"
import { withPromises, type WorkerPool } from "./WorkerPool.ts"

const filename = new URL("./functions.ts", import.meta.url).href
const transferring = new URL("./serve/tinypoolTransfer.ts", import.meta.url).href

export const startTinypool = async (
  workers: number,
  runtime: NonNullable<Options["runtime"]>,
  more?: Options
): Promise<WorkerPool> => {
  const pool = new Tinypool({ filename, runtime, minThreads: workers, maxThreads: workers, ...more })
  return {
    ...withPromises((name, argument, timeout) =>
      timeout === undefined
        ? pool.run(argument, { name })
        : abortAfter(timeout, (signal) => pool.run(argument, { name, signal: signal! }))
    ),
    transfer: (bytes) =>
      pool.run(bytes, { filename: transferring, name: "transfer", transferList: [bytes.buffer] }) as Promise<Bytes>,
    close: () => pool.destroy()
  }
}
