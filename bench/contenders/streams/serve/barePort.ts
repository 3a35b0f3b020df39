import { parentPort } from "node:worker_threads"
import { megabyte } from "../StreamSource.ts"

/** To the worker: what to send from now on, or room for so many more. */
export type Request =
  | { readonly count: number; readonly room: number; readonly atOnce: number; readonly isLarge: boolean }
  | number

const port = parentPort!
let last = 0
let count = 0
let room = 0
let atOnce = 1
let isLarge = false

const sendBatch = (size: number): void => {
  room -= size
  if (isLarge) {
    const bytes = new Uint8Array(megabyte).fill(++last)
    return port.postMessage([bytes], [bytes.buffer])
  }
  port.postMessage(Array.from({ length: size }, () => ++last))
}

port.on("message", (request: Request) => {
  if (typeof request === "number") room += request
  else ({ count, room, atOnce, isLarge } = { ...request })
  if (typeof request !== "number") last = 0
  for (let size = atOnce; last < count;) {
    size = Math.min(atOnce, count - last)
    if (room < size) return
    sendBatch(size)
  }
})
