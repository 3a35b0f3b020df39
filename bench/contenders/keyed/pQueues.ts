import PQueue from "p-queue"
import { heapUsed } from "../../heap.ts"
import { microsEach, perSecond, stopwatch } from "../../stopwatch.ts"
import type { Contender } from "../Contender.ts"
import { lanes, work } from "../workload.ts"
import { asksPerRound, keyNames, tasksFor } from "./keys.ts"

/** A queue for each key, all of whose tasks go through one that they share. None is ever forgotten. */
const makeQueues = () => {
  const all = new PQueue({ concurrency: lanes })
  const queues = new Map<string, PQueue>()
  const get = (key: string): PQueue => {
    let queue = queues.get(key)
    if (queue === undefined) queues.set(key, (queue = new PQueue({ concurrency: 1 })))
    return queue
  }
  const run = async (keys: ReadonlyArray<string>, tasks: number): Promise<void> => {
    const added: Array<Promise<number>> = []
    for (let i = 0; i < tasks; i++) added.push(get(keys[i % keys.length]!).add(() => all.add(() => work(i))))
    await Promise.all(added)
  }
  return { get, run }
}

export const contender: Contender = {
  module: import.meta.url,
  name: "a p-queue for each key",
  probes: {
    keyedGet: (size) => {
      const { get } = makeQueues()
      const keys = keyNames(size)
      for (const key of keys) get(key)
      const asks = asksPerRound(size)
      const elapsed = stopwatch()
      for (let i = 0; i < asks; i++) get(keys[i % size]!)
      return Promise.resolve(microsEach(asks, elapsed()))
    },
    keyedTasks: async (size) => {
      const { run } = makeQueues()
      const keys = keyNames(size)
      const tasks = tasksFor(size)
      const elapsed = stopwatch()
      await run(keys, tasks)
      return perSecond(tasks, elapsed())
    },
    keyedMemory: async (size) => {
      const queues = makeQueues()
      const keys = keyNames(size)
      const before = heapUsed()
      await queues.run(keys, size)
      const bytes = (heapUsed() - before) / size
      // Queues are kept, because the measurement is of their memory.
      queues.get(keys[0]!)
      return bytes
    }
  }
}
