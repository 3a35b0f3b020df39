import * as Comlink from "comlink"
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs"
import { parentPort } from "node:worker_threads"
import { megabyte } from "../StreamSource.ts"

function* numbers(count: number) {
  for (let i = 1; i <= count; i++) yield i
}

function* chunks(count: number) {
  for (let i = 1; i <= count; i++) {
    const bytes = new Uint8Array(megabyte).fill(i)
    yield Comlink.transfer(bytes, [bytes.buffer])
  }
}

export const generators = {
  numbers: (count: number) => Comlink.proxy(numbers(count)),
  chunks: (count: number) => Comlink.proxy(chunks(count))
}

if (parentPort !== null) Comlink.expose(generators, nodeEndpoint(parentPort))
