import * as Comlink from "comlink"
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs"
import { Worker } from "node:worker_threads"
import type { Contender } from "../Contender.ts"
import type { generators } from "./serve/comlink.ts"
import { streamContender, type StreamSource } from "./StreamSource.ts"

interface RemoteGenerator {
  next(): Promise<IteratorResult<unknown>>
}

/** A generator in a thread, each of whose elements is asked for. */
const start = async (): Promise<StreamSource> => {
  const worker = new Worker(new URL("./serve/comlink.ts", import.meta.url))
  const remote = Comlink.wrap<typeof generators>(nodeEndpoint(worker))
  const read = async (generator: RemoteGenerator): Promise<number> => {
    let read = 0
    while ((await generator.next()).done !== true) read++
    return read
  }
  return {
    numbers: async (n) => read((await remote.numbers(n)) as unknown as RemoteGenerator),
    chunks: async (n) => read((await remote.chunks(n)) as unknown as RemoteGenerator),
    close: () => worker.terminate()
  }
}

export const contender: Contender = {
  module: import.meta.url,
  name: "comlink",
  largest: 100_000,
  ...streamContender(start)
}
