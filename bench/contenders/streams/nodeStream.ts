import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { Contender } from "../Contender.ts"
import { streamContender, type StreamSource } from "./StreamSource.ts"

/** A stream of Node.js in a thread, transferred to this one. */
const start = async (): Promise<StreamSource> => {
  const worker = new Worker(new URL("./serve/nodeStream.ts", import.meta.url))
  const read = async (count: number, isLarge: boolean): Promise<number> => {
    worker.postMessage({ count, isLarge })
    const [stream] = (await once(worker, "message")) as [ReadableStream<unknown>]
    let read = 0
    for await (const _ of stream) read++
    return read
  }
  return { numbers: (n) => read(n, false), chunks: (n) => read(n, true), close: () => worker.terminate() }
}

export const contender: Contender = {
  module: import.meta.url,
  name: "transferred stream",
  largest: 100_000,
  ...streamContender(start)
}
