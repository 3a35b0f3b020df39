import { setImmediate } from "node:timers/promises"
import makeLimit, { type LimitFunction } from "p-limit"
import { heapUsed } from "../heap.ts"
import { microsEach, perSecond, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { lanes, makeGate, work } from "./workload.ts"

const hold = (limit: LimitFunction) => {
  const gate = makeGate()
  for (let i = 0; i < lanes; i++) void limit(() => gate.opened)
  return gate
}

const throughput = async (size: number, isHeld: boolean): Promise<number> => {
  const limit = makeLimit(lanes)
  const gate = isHeld ? hold(limit) : undefined
  const elapsed = stopwatch()
  // No operation waits until it is idle. Its tasks begin in order, so when the last ones are done, all are.
  const last: Array<Promise<number>> = []
  for (let i = 0; i < size; i++) {
    const result = limit(() => work(i))
    if (i >= size - lanes) last.push(result)
  }
  gate?.open()
  await Promise.all(last)
  return perSecond(size, elapsed())
}

const memory = async (size: number): Promise<number> => {
  const limit = makeLimit(lanes)
  const gate = hold(limit)
  const tasks = Array.from({ length: size }, (_, i) => () => work(i))
  const before = heapUsed()
  for (const each of tasks) void limit(each)
  const bytes = (heapUsed() - before) / size
  limit.clearQueue()
  gate.open()
  return bytes
}

const sequential = async (size: number): Promise<number> => {
  const limit = makeLimit(lanes)
  const elapsed = stopwatch()
  for (let i = 0; i < size; i++) await limit(() => work(i))
  return microsEach(size, elapsed())
}

// Running tasks cannot be stopped, so their end is not measured. A turn of the event loop is, because the promises reject in it.
const shutdown = async (size: number): Promise<number> => {
  const limit = makeLimit({ concurrency: lanes, rejectOnClear: true })
  const gate = hold(limit)
  for (let i = 0; i < size; i++) limit(() => work(i)).catch(() => undefined)
  const elapsed = stopwatch()
  limit.clearQueue()
  await setImmediate()
  const millis = elapsed()
  gate.open()
  return millis
}

export const contender: Contender = {
  module: import.meta.url,
  name: "p-limit",
  keep: () => {
    const limit = makeLimit(lanes)
    const gate = hold(limit)
    void limit(() => work(0))
    return { limit, gate }
  },
  probes: {
    throughput: (size) => throughput(size, true),
    throughputOpen: (size) => throughput(size, false),
    memory,
    sequential,
    shutdown
  }
}
