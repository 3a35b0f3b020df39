import { Worker } from "node:worker_threads"
import type { Bytes } from "./functions.ts"
import type { Contender } from "../Contender.ts"
import { poolContender } from "./poolContender.ts"
import type { Answer, Question } from "./serve/bare.ts"
import { withPromises, type WorkerPool } from "./WorkerPool.ts"

/** Sends a message for each task, round robin, and does nothing else. */
const startBare = async (threads: number): Promise<WorkerPool> => {
  const pending = new Map<number, (result: unknown) => void>()
  const all = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./serve/bare.ts", import.meta.url))
    return worker.on("message", ({ id, result }: Answer) => {
      pending.get(id)!(result)
      pending.delete(id)
    })
  })
  let lastId = 0
  const ask = (question: Omit<Question, "id">, transfer: ReadonlyArray<ArrayBuffer> = []): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++lastId
      pending.set(id, resolve)
      all[id % threads]!.postMessage({ ...question, id } satisfies Question, transfer)
    })
  return {
    ...withPromises((name, argument) => ask({ name, argument })),
    transfer: (bytes) => ask({ name: "transfer", argument: bytes }, [bytes.buffer]) as Promise<Bytes>,
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()))
    }
  }
}

/** Bare threads, to show what threads cost by themselves. */
export const contender: Contender = {
  module: import.meta.url,
  name: "bare threads",
  isReference: true,
  ...poolContender(startBare, ["recovery", "whole", "spinners"])
}
