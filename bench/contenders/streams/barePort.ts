import "effect-futures/node"
import "effect/Stream"
import { Worker } from "node:worker_threads"
import type { Contender } from "../Contender.ts"
import type { Request } from "./serve/barePort.ts"
import { ahead, streamContender, type StreamSource } from "./StreamSource.ts"

/** Messages with several elements each, and one back for each of them that says that there is room again. */
const start = async (): Promise<StreamSource> => {
  const worker = new Worker(new URL("./serve/barePort.ts", import.meta.url))
  const read = (count: number, atOnce: number, isLarge: boolean): Promise<number> =>
    new Promise((resolve) => {
      let read = 0
      const received = (elements: ReadonlyArray<unknown>) => {
        read += elements.length
        if (read === count) {
          worker.off("message", received)
          resolve(read)
        } else worker.postMessage(elements.length satisfies Request)
      }
      worker.on("message", received)
      worker.postMessage({ count, room: ahead, atOnce, isLarge } satisfies Request)
    })
  return {
    numbers: (n) => read(n, ahead / 2, false),
    chunks: (n) => read(n, 1, true),
    close: () => worker.terminate()
  }
}

/**
 * A bare port, to show what it costs by itself, in a program that has loaded what ours has: each 64 MB or so that have come make V8 collect all garbage, and that takes
 * as long as the heap of the program is large. It is the reader's heap that counts, and not how the chunks came there.
 */
export const contender: Contender = {
  module: import.meta.url,
  name: "bare port",
  ...streamContender(start)
}
