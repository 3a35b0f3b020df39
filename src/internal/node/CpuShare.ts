import { performance } from "../timers.ts"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** How long a thread must have run to have had the time to answer, in milliseconds. */
export interface ShareLimits {
  readonly run: number
  /** The run time for a thread that nobody has interrupted: the system counts in steps of some milliseconds. */
  readonly uninterrupted: number
  /** A thread that sleeps for so long waits for something that does not come. V8 lets it wait for a moment, too. */
  readonly asleep: number
  /** How long to wait where the system does not tell. */
  readonly unknown: number
  /** The longest wait of a thread for its turn. */
  readonly most: number
}

/** The limits for a worker that nobody is in a hurry to end. */
export const patientShare: ShareLimits = { run: 500, uninterrupted: 500, asleep: 500, unknown: 2000, most: 5000 }

const isLinux = process.platform === "linux"

/** The path where the system tells of the calling thread; `undefined` anywhere but on Linux, and there in some sandboxes. */
export const ownThreadPath = (): string | undefined => {
  if (!isLinux) return undefined
  try {
    const path = `/proc/${readlinkSync("/proc/thread-self")}`
    return runTime(path) === undefined ? undefined : path
  } catch {
    return undefined
  }
}

/** The path where the system tells of a process's main thread. */
export const processPath = (pid: number): string | undefined => (isLinux ? `/proc/${pid}` : undefined)

/** How long a thread has run, in milliseconds; `undefined` where the system does not tell. The number may be some milliseconds old. */
const runTime = (path: string): number | undefined => {
  try {
    const running = Number(readFileSync(`${path}/schedstat`, "utf8").split(" ")[0])
    return running > 0 ? running / 1e6 : undefined
  } catch {
    return undefined
  }
}

interface ThreadState {
  /** Whether the thread waits for something, and neither for its turn nor for the disk. */
  readonly isAsleep: boolean
  /** How often it was interrupted so that another could have a turn. */
  readonly preemptions: number
}

const threadState = (path: string): ThreadState | undefined => {
  try {
    const status = readFileSync(`${path}/status`, "utf8")
    const state = /^State:\s+(\w)/m.exec(status)?.[1]
    const preemptions = /^nonvoluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]
    if (state === undefined || preemptions === undefined) return undefined
    return { isAsleep: state !== "R" && state !== "D", preemptions: Number(preemptions) }
  } catch {
    return undefined
  }
}

/** A process's main thread may sleep while it waits for another of its threads, as V8 does when it collects garbage. */
const othersAreAsleep = (path: string): boolean => {
  try {
    return readdirSync(`${path}/task`).every((id) => threadState(`${path}/task/${id}`)?.isAsleep !== false)
  } catch {
    // A thread has no others.
    return true
  }
}

/**
 * Whether a thread that does not answer has had the time to.
 *
 * A thread that is asked to stop on a busy machine may get no turn for a while. If it were stopped by force for that, its finalizers would
 * not run. So what counts is not how long it has been silent, but how long it has run without looking at its messages.
 */
export class CpuShare {
  private readonly path: string | undefined
  private readonly limits: ShareLimits
  private readonly start = performance.now()
  private readonly ranAtStart: number | undefined
  private readonly stateAtStart: ThreadState | undefined
  private asleepSince: number | undefined = undefined
  /** How long it had run when it was last seen asleep. */
  private ranBefore: number | undefined = undefined

  /** Counts from now on. `path` is a thread's, or that of a process for its main thread. */
  constructor(path: string | undefined, limits: ShareLimits) {
    this.path = path
    this.limits = limits
    this.ranAtStart = path === undefined ? undefined : runTime(path)
    this.stateAtStart = path === undefined ? undefined : threadState(path)
  }

  /** Whether so much time has passed that nothing else matters. */
  get isOverdue(): boolean {
    return performance.now() - this.start > this.limits.most
  }

  get hadEnough(): boolean {
    if (this.isOverdue) return true
    const { limits, path, ranAtStart, stateAtStart } = this
    const ran = path === undefined ? undefined : runTime(path)
    const state = path === undefined ? undefined : threadState(path)
    if (path === undefined || ran === undefined || state === undefined || ranAtStart === undefined || !stateAtStart)
      return performance.now() - this.start >= limits.unknown
    if (ran - ranAtStart >= limits.run) return true
    if (state.isAsleep) return othersAreAsleep(path) && this.hasSlept(ran)
    this.asleepSince = undefined
    return state.preemptions === stateAtStart.preemptions && ran - ranAtStart >= limits.uninterrupted
  }

  private hasSlept(ran: number): boolean {
    const now = performance.now()
    // The thread was awake meanwhile.
    if (ran !== this.ranBefore) this.asleepSince = undefined
    this.ranBefore = ran
    this.asleepSince ??= now
    return now - this.asleepSince >= this.limits.asleep
  }
}
