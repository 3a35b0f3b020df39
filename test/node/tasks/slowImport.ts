import { threadId } from "node:worker_threads"
import * as Task from "../../../src/Task.ts"

// Longer than the first task waits for it.
const until = performance.now() + 500
while (performance.now() < until);

const ran: Array<number> = []

export const SlowImport = Task.module(import.meta.url, {
  /** Which worker it ran in, and the numbers of all that have run there. */
  note: (n: number) => {
    ran.push(n)
    return { worker: `${process.pid}/${threadId}`, ran }
  },
  spin: (): number => {
    for (;;);
  }
})
