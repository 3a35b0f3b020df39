import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import type { DumpOptions } from "../../../Executor.ts"
import { optionsObject, wholeNumberOrInfinity } from "../../options.ts"
import { showFrame } from "../../show.ts"
import { coarseAge } from "../timeouts/coarseClock.ts"
import { runningTasks, waitingTasks } from "../tasksOf.ts"
import type { WorkerSight } from "../workers/PrefetchingWorker.ts"
import type { Engine } from "../Engine.ts"
import type { Worker } from "../workers/WorkerPool.ts"
import type { TaskFuture } from "../TaskFuture.ts"

type Task = TaskFuture<unknown, unknown>

/** How long a worker may take to answer, in milliseconds. A worker that computes answers within one. */
const answerWithin = 60
/** Stack frames of a task, at most. */
const mostFrames = 5
/** Characters of a name, at most. */
const mostName = 200
/** Groups of an executor, at most: with a key for each tenant there may be very many. */
const mostGroups = 50

/** A line of the tree, and what is below it. */
interface Branch {
  readonly text: string
  readonly branches: ReadonlyArray<Branch>
}

/** `Executor.dump`. */
export const dumpOf = (engine: Engine, options: DumpOptions = {}): Effect.Effect<string> =>
  Effect.gen(function* () {
    const { waiting = 10 } = optionsObject(options)
    const most = wholeNumberOrInfinity("waiting", waiting)
    const sights = yield* Effect.promise(() => lookAt(engine))
    return print({
      text: headOf(engine),
      branches: [...workersOf(engine, sights), ...waitingOf(engine, most), ...groupsOf(engine)]
    })
  })

/** The sights of all workers, which are asked at once. */
const lookAt = async (engine: Engine): Promise<ReadonlyMap<Worker, WorkerSight>> => {
  const workers = Array.from(engine.root.dispatcher.prefetchingWorkers)
  const sights = await Promise.all(workers.map((worker) => worker.look(answerWithin)))
  return new Map(workers.map((worker, index) => [worker, sights[index]!]))
}

const headOf = (engine: Engine): string => {
  const { cancelled, crashed, failed, isPaused, maxWorkers, pending, running, succeeded, timedOut, workers } =
    engine.stats
  const counts = [
    `${running} running`,
    `${pending} waiting`,
    `${succeeded} succeeded`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(timedOut > 0 ? [`${timedOut} timed out`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    // Workers belong to the executor, and its groups share them.
    ...(crashed > 0 && engine.parent === undefined
      ? [`${crashed} ${crashed === 1 ? "worker" : "workers"} crashed`]
      : [])
  ]
  const most = maxWorkers === Infinity ? "" : ` of ${maxWorkers}`
  const paused = isPaused ? ", paused" : ""
  const { closing: mode, isOver } = engine.lifecycle
  const closing = mode === undefined ? "" : isOver ? ", shut down" : `, shutting down (${mode})`
  return `${JSON.stringify(engine.name)}: ${counts.join(", ")}; ${workers}${most} workers${paused}${closing}`
}

const workersOf = (engine: Engine, sights: ReadonlyMap<Worker, WorkerSight>): ReadonlyArray<Branch> => {
  const blocked: Array<Task> = []
  const tasksOf = new Map<Worker, Array<Task>>()
  if (engine.parent === undefined) for (const worker of engine.dispatcher.prefetchingWorkers) tasksOf.set(worker, [])
  for (const task of runningTasks(engine)) {
    const worker = task.taskRun?.lease?.worker
    const own = worker === undefined ? blocked : tasksOf.get(worker)
    if (own !== undefined) own.push(task)
    else if (worker !== undefined) tasksOf.set(worker, [task])
  }
  const branches = Array.from(tasksOf)
    .toSorted(([a], [b]) => a.id - b.id)
    .map(([worker, own]): Branch => {
      const sight = sights.get(worker)
      const where = [worker.machine, sight?.note].filter((text) => text !== undefined)
      const text = `worker ${worker.id}${where.length === 0 ? "" : ` (${where.join("; ")})`}${own.length === 0 ? ": idle" : ""}`
      // The code of several tasks in one worker cannot be told apart.
      return { text, branches: own.map((task) => runningTask(engine, task, own.length === 1 ? sight : undefined)) }
    })
  if (blocked.length === 0) return branches
  const text = `waiting for this executor itself, with their workers lent to others: ${blocked.length}`
  return [...branches, { text, branches: blocked.map((task) => runningTask(engine, task, undefined)) }]
}

const runningTask = (engine: Engine, task: Task, sight: WorkerSight | undefined): Branch => {
  const limit = task.timeout === 0 ? "" : `, of at most ${inTime(task.timeout)}`
  const state = task.isStopping ? "is being stopped, after" : `${phaseOf(task)} for`
  return {
    text: `${nameOf(engine, task)} ${state} ${inTime(coarseAge(task.since))}${limit}`,
    branches: framesOf(task, sight).map((text) => ({ text, branches: [] }))
  }
}

const phaseOf = (task: Task): string => {
  if (task.isToBegin) return "about to begin"
  return !task.engine.hearsOfCalls || task.isRunning ? "running" : "starting"
}

const framesOf = (task: Task, sight: WorkerSight | undefined): ReadonlyArray<string> => {
  if (sight === undefined) return task.engine.runsHere ? effectFrames(task.ownFiber) : []
  const { stack } = sight
  if (stack.length <= mostFrames) return stack.map(showFrame)
  return [...stack.slice(0, mostFrames).map(showFrame), `and ${stack.length - mostFrames} frames more`]
}

/** The traced functions that a fiber is in, the innermost first. */
const effectFrames = (fiber: Fiber.Fiber<unknown, unknown>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (
    let frame = fiber.getRef(References.CurrentStackFrame);
    frame !== undefined && lines.length < mostFrames;
    frame = frame.parent
  ) {
    const at = frame
      .stack()
      ?.split("\n")
      .find((line) => line.trim().startsWith("at "))
    lines.push(`in ${frame.name}${at === undefined ? "" : ` ${at.trim()}`}`)
  }
  return lines
}

const waitingOf = (engine: Engine, most: number): ReadonlyArray<Branch> => {
  const count = engine.pending
  const room = engine.parent === undefined ? engine.capacityQueue.waiters.size : 0
  const branches: Array<Branch> = []
  if (count > 0) {
    const shown: Array<Branch> = []
    for (const task of waitingTasks(engine)) {
      if (shown.length === most) break
      shown.push({ text: waitingTask(engine, task), branches: [] })
    }
    if (count > shown.length) shown.push({ text: `and ${count - shown.length} more`, branches: [] })
    branches.push({ text: `waiting for a worker: ${count}`, branches: shown })
  }
  if (room > 0) branches.push({ text: `submitters that wait for room (capacity): ${room}`, branches: [] })
  return branches
}

const waitingTask = (engine: Engine, task: Task): string => {
  const details = [
    ...(task.priority === 0 ? [] : [`priority ${task.priority}`]),
    ...(task.handedOver === undefined
      ? []
      : [engine.options.keeper === undefined ? "already sent to a worker" : "for any machine"]),
    ...(task.isStopping ? ["being cancelled"] : [])
  ]
  const more = details.length === 0 ? "" : ` (${details.join(", ")})`
  return `${nameOf(engine, task)} for ${inTime(coarseAge(task.since))}${more}`
}

/** Groups that have something to do come first. */
const groupsOf = (engine: Engine): ReadonlyArray<Branch> => {
  const groups = Array.from(engine.children).toSorted((a, b) => b.running + b.pending - (a.running + a.pending))
  const shown = groups
    .slice(0, mostGroups)
    .map((group): Branch => ({ text: `group ${headOf(group)}`, branches: groupsOf(group) }))
  const rest = groups.length - shown.length
  return rest === 0 ? shown : [...shown, { text: `and ${rest} groups more`, branches: [] }]
}

const nameOf = (engine: Engine, task: Task): string =>
  `#${task.id} ${JSON.stringify(beginningOf(task.name))}${task.engine === engine ? "" : ` of ${JSON.stringify(task.engine.name)}`}`

const beginningOf = (name: string): string => (name.length <= mostName ? name : `${name.slice(0, mostName - 1)}…`)

const units: ReadonlyArray<readonly [millis: number, unit: string]> = [
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"]
]

const inTime = (millis: number): string => {
  const unit = units.find(([size]) => millis >= size)
  return unit === undefined ? `${Math.round(millis)} ms` : `${(millis / unit[0]).toFixed(1)} ${unit[1]}`
}

const print = ({ branches, text }: Branch, indent = ""): string =>
  [
    text,
    ...branches.map((branch, index) => {
      const isLast = index === branches.length - 1
      return `${indent}${isLast ? "└─ " : "├─ "}${print(branch, `${indent}${isLast ? "   " : "│  "}`)}`
    })
  ].join("\n")
