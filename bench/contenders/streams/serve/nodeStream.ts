import { Readable } from "node:stream"
import { parentPort } from "node:worker_threads"
import { ahead, megabyte } from "../StreamSource.ts"

function* numbers(count: number) {
  for (let i = 1; i <= count; i++) yield i
}

function* chunks(count: number) {
  for (let i = 1; i <= count; i++) yield new Uint8Array(megabyte).fill(i)
}

parentPort!.on("message", ({ count, isLarge }: { readonly count: number; readonly isLarge: boolean }) => {
  const stream = Readable.from(isLarge ? chunks(count) : numbers(count), { highWaterMark: ahead, objectMode: true })
  const web = Readable.toWeb(stream)
  // Typed nowhere: it can be transferred.
  parentPort!.postMessage(web, [web as never])
})
