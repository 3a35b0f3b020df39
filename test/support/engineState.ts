import type { Engine } from "../../src/internal/executor/Engine.ts"
import { engineOf } from "../../src/internal/executor/ExecutorImpl.ts"
import type { Lease } from "../../src/internal/executor/workers/WorkerPool.ts"
import type { CapacityWaiter } from "../../src/internal/executor/queues/CapacityQueue.ts"
import type { Fifo } from "../../src/internal/Fifo.ts"
import { TaskFuture } from "../../src/internal/executor/TaskFuture.ts"
import { type Queued, queueOf, type TaskQueue } from "../../src/internal/executor/queues/TaskQueue.ts"
import { TaskRun } from "../../src/internal/executor/TaskRun.ts"

/** The private state of engines. */
interface Own {
  readonly admission: { readonly granted: number; readonly takesTurns: boolean }
  readonly timeouts: { readonly deadlines: { readonly clocks: Map<unknown, unknown> } }
}

interface OwnDispatcher {
  readonly used: number
  readonly requested: number
  readonly unused: ReadonlyArray<Lease>
}

interface OwnStartQueue {
  readonly starting: Fifo<object>
  readonly isYielding: boolean
  readonly isScheduled: boolean
}

interface PrivateWaiters {
  readonly waiters: Set<{ readonly condition: () => boolean }>
  readonly early: Set<{ readonly condition: () => boolean }>
}

// Stopped by an operation of this library. The engine would learn of an interruption of the fiber only later.
const isStopped = (task: TaskFuture<unknown, unknown>): boolean =>
  (task as unknown as { readonly stoppedFor: unknown }).stoppedFor !== undefined

const wakesOf = (run: TaskRun): number =>
  (run as unknown as { readonly wakes: ReadonlyArray<unknown> | undefined }).wakes?.length ?? 0

const ownOf = (engine: Engine): Own => engine as unknown as Own

/** The private state of an engine. For a group, without the state that it shares with its executor. */
const privateOf = (engine: Engine) => {
  const { admission, timeouts } = ownOf(engine)
  const { granted } = admission
  if (engine.parent !== undefined) {
    return {
      granted,
      requested: 0,
      unused: [],
      starting: [],
      isYielding: false,
      isScheduled: false,
      clocks: 0,
      workers: 0
    }
  }
  const { used, requested, unused } = engine.dispatcher as unknown as OwnDispatcher
  const { starting, isYielding, isScheduled } = engine.startQueue as unknown as OwnStartQueue
  const clocks = timeouts.deadlines.clocks.size
  const workers = engine.dispatcher.size
  return { granted: used, requested, unused, starting: starting.toArray(), isYielding, isScheduled, clocks, workers }
}

const waitersOf = (engine: Engine) => {
  const { early, waiters } = engine.waiters as unknown as PrivateWaiters
  return [...early, ...waiters]
}

export const familyOf = (engine: Engine): Array<Engine> => [engine, ...Array.from(engine.children).flatMap(familyOf)]

/** Every number and every list that an engine keeps, as text for a failing test. */
export const describeState = (engine: Engine): string => {
  const { granted, requested, starting, unused, isScheduled, isYielding } = privateOf(engine)
  const of = (node: unknown): string =>
    node instanceof TaskFuture
      ? `${node.id}${node.state[0]}`
      : node instanceof TaskRun
        ? `back:${node.task.id}`
        : String(node)
  return [
    `${engine.name}(max ${engine.admission.maxWorkers}, capacity ${engine.options.capacity})`,
    `closing ${engine.lifecycle.closing}, pending ${engine.pending}, running ${engine.running}, blocked ${engine.blocked}`,
    `granted ${granted}, requested ${requested}, starting [${starting.map(of).join()}], unused ${unused.length}`,
    `scheduled ${isScheduled}, yielding ${isYielding}, queue [${engine.queue.toArray().map(of).join()}]`,
    `active [${engine.active.toArray().map(of).join()}], forwarded [${Array.from(engine.admission.forwarded, of).join()}]`,
    `room ${engine.capacityQueue.waiters.size}, waiters ${waitersOf(engine).length}, callbacks ${engine.lifecycle.callbacks.size}`
  ].join("; ")
}

// After a lower limit, running tasks go on.
const greatest = new WeakMap<Engine, number>()

/** The greatest limit that it has had. To be called before and after each change. */
export const greatestLimit = (engine: Engine): number => {
  const limit = Math.max(greatest.get(engine) ?? 0, engine.admission.maxWorkers)
  greatest.set(engine, limit)
  return limit
}

/**
 * The faults in the counters of an executor and its groups while nothing can go on without the clock:
 * numbers that are not those of the tasks, and workers that nobody uses although somebody waits for one.
 */
export const faultsAtRest = (root: Engine, tasks: Iterable<TaskFuture<unknown, unknown>>): Array<string> => {
  const faults: Array<string> = []
  // Prefetched tasks stand in a worker's queue, but count as if they stood in the executor's.
  const lineOf = (node: Queued): TaskQueue | undefined => {
    const line = queueOf(node)
    const queues: ReadonlyArray<TaskQueue> = root.dispatcher.queues
    return line !== undefined && queues.includes(line) ? root.queue : line
  }
  for (const { id, prefetched, used } of root.dispatcher.prefetchingWorkers) {
    if (prefetched.size > 0 && used === 0)
      faults.push(`worker ${id} has prefetched tasks, and runs none that they come after`)
  }
  const open = Array.from(tasks).filter((task) => !task.isDone && task.engine.pool === root)
  for (const engine of familyOf(root)) {
    const say = (what: string) => faults.push(`${what}: ${describeState(engine)}`)
    const expect = (what: string, found: number, wanted: number) => {
      if (found !== wanted) say(`${what} should be ${wanted}`)
    }
    const { granted, requested, starting, unused, workers } = privateOf(engine)
    const below = open.filter((task) => task.engine.chain.includes(engine))
    const running = below.filter((task) => task.state === "running")
    const holding = running.filter((task) => task.taskRun?.lease !== undefined)
    const returning = running.filter((task) => task.taskRun?.segment !== undefined)
    const standing = [...below.filter((task) => task.state === "pending"), ...returning.map((task) => task.taskRun!)]
    const here = standing.filter((node) => lineOf(node) === engine.queue)
    const above = standing.filter((node) => engine.chain.some((each) => each !== engine && lineOf(node) === each.queue))
    expect("pending", engine.pending, below.length - running.length)
    expect("running", engine.running, running.length)
    expect("blocked", engine.blocked, running.filter((task) => task.taskRun?.isBlocked === true).length)
    expect("active", engine.active.size, running.filter((task) => task.engine === engine).length)
    expect("forwarded", engine.admission.forwarded.size, above.filter((node) => node instanceof TaskFuture).length)
    expect("requested", requested, 0)
    expect("granted", granted, holding.length + above.length)
    expect("starting", starting.length, 0)
    expect(
      "queue",
      engine.queue.size,
      engine.parent === undefined ? standing.filter((node) => queueOf(node) === root.queue).length : queued(engine)
    )
    if (holding.length > greatestLimit(engine)) say("more workers in use than allowed")
    for (const task of running) {
      const run = task.taskRun
      if (run === undefined) say(`${task.id} runs without a run`)
      else if (run.isBlocked && run.lease !== undefined) say(`${task.id} lends and holds`)
      else if (!run.isBlocked && run.lease === undefined && run.segment === undefined) say(`${task.id} has no worker`)
      if (run !== undefined && isStopped(task) && wakesOf(run) > 0) say(`${task.id} is to stop and waits for a worker`)
    }
    const mayGoOn = here.filter((node) => !(engine.admission.isHeld && node instanceof TaskFuture))
    if (mayGoOn.length > 0 && granted < engine.admission.maxWorkers && !takesTurns(engine)) {
      say("somebody waits and a worker is free")
    }
    for (const waiter of waitersOf(engine)) {
      if (waiter.condition()) say("somebody waits for what is true already")
    }
    if (engine.parent === undefined && holding.length + unused.length > workers) {
      say("more workers in use than there are")
    }
  }
  for (const waiter of root.capacityQueue.waiters) {
    if (hasCapacity(waiter))
      faults.push(`a submitter waits although there is room: ${describeState(engineOfWaiter(waiter))}`)
  }
  return faults
}

/** A task of the key stands in the parent's queue, and the others wait for their turns. */
const takesTurns = (engine: Engine): boolean =>
  (ownOf(engine).admission.takesTurns || engine.admission.gate !== undefined) && engine.admission.forwarded.size > 0

const queued = (engine: Engine): number => engine.queue.toArray().length

/** Only engines submit. */
const engineOfWaiter = (waiter: CapacityWaiter): Engine => waiter.submitsTo as Engine

const hasCapacity = (waiter: CapacityWaiter): boolean => waiter.hasCapacity()

/** The remains in an executor or group that has ended. */
export const leftovers = (executor: unknown): Array<string> => {
  const engine = engineOf(executor)
  const { granted, requested, starting, unused, isYielding, clocks, workers } = privateOf(engine)
  const numbers = {
    pending: engine.pending,
    running: engine.running,
    blocked: engine.blocked,
    granted,
    requested,
    starting: starting.length,
    unused: unused.length,
    queue: engine.queue.size,
    active: engine.active.size,
    forwarded: engine.admission.forwarded.size,
    callbacks: engine.lifecycle.callbacks.size,
    children: engine.children.size,
    waiters: waitersOf(engine).length,
    room: engine.parent === undefined ? engine.capacityQueue.waiters.size : 0,
    clocks,
    listeners: (engine.events as unknown as { readonly observers: ReadonlyArray<unknown> }).observers.length,
    workers,
    isYielding: Number(isYielding)
  }
  return Object.entries(numbers)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${engine.name}: ${name} is ${value}`)
}
