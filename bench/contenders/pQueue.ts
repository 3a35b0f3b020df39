import { setImmediate } from "node:timers/promises"
import PQueue from "p-queue"
import { heapUsed } from "../heap.ts"
import { microsEach, perSecond, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { cancellations, samplePositions } from "./samplePositions.ts"
import { lanes, makeGate, never, timeoutMillis, work } from "./workload.ts"

const makeQueue = (timeout?: number): PQueue =>
  timeout === undefined ? new PQueue({ concurrency: lanes }) : new PQueue({ concurrency: lanes, timeout })

const hold = (queue: PQueue) => {
  const gate = makeGate()
  for (let i = 0; i < lanes; i++) void queue.add(() => gate.opened)
  return gate
}

const throughput = async (size: number, timeout: number | undefined, isHeld: boolean): Promise<number> => {
  const queue = makeQueue(timeout)
  const gate = isHeld ? hold(queue) : undefined
  const elapsed = stopwatch()
  for (let i = 0; i < size; i++) void queue.add(() => work(i))
  gate?.open()
  await queue.onIdle()
  return perSecond(size, elapsed())
}

const memory = async (size: number, timeout?: number): Promise<number> => {
  const queue = makeQueue(timeout)
  const gate = hold(queue)
  const tasks = Array.from({ length: size }, (_, i) => () => work(i))
  const before = heapUsed()
  for (const each of tasks) void queue.add(each)
  const bytes = (heapUsed() - before) / size
  queue.clear()
  gate.open()
  await queue.onIdle()
  return bytes
}

// Only tasks that are going to be cancelled have a signal. A program that may cancel any task pays for a signal for each.
const cancel = async (size: number): Promise<number> => {
  const queue = makeQueue()
  const gate = hold(queue)
  const controllers = new Map(samplePositions(size, cancellations).map((position) => [position, new AbortController()]))
  const rejected = new Map<AbortController, Promise<unknown>>()
  for (let i = 0; i < size; i++) {
    const controller = controllers.get(i)
    if (controller === undefined) void queue.add(() => work(i))
    else {
      const added = queue.add(() => work(i), { signal: controller.signal })
      rejected.set(
        controller,
        added.catch(() => undefined)
      )
    }
  }
  const elapsed = stopwatch()
  for (const controller of controllers.values()) {
    controller.abort()
    await rejected.get(controller)
  }
  const micros = microsEach(controllers.size, elapsed())
  queue.clear()
  gate.open()
  await queue.onIdle()
  return micros
}

const sequential = async (size: number, timeout?: number): Promise<number> => {
  const queue = makeQueue(timeout)
  const elapsed = stopwatch()
  for (let i = 0; i < size; i++) await queue.add(() => work(i))
  return microsEach(size, elapsed())
}

// Running tasks cannot be stopped, so their end is not measured. A turn of the event loop is, because the promises reject in it.
const shutdown = async (size: number): Promise<number> => {
  const queue = makeQueue()
  const gate = hold(queue)
  for (let i = 0; i < size; i++) void queue.add(() => work(i))
  const elapsed = stopwatch()
  queue.clear()
  await setImmediate()
  const millis = elapsed()
  gate.open()
  await queue.onIdle()
  return millis
}

export const contender: Contender = {
  module: import.meta.url,
  name: "p-queue",
  keep: () => {
    const queue = makeQueue(never)
    const gate = hold(queue)
    void queue.add(() => work(0))
    return { queue, gate }
  },
  probes: {
    throughput: (size) => throughput(size, undefined, true),
    throughputOpen: (size) => throughput(size, undefined, false),
    throughputTimed: (size) => throughput(size, timeoutMillis, true),
    memory,
    memoryTimed: (size) => memory(size, timeoutMillis),
    cancel,
    sequential,
    sequentialTimed: (size) => sequential(size, timeoutMillis),
    shutdown
  }
}
