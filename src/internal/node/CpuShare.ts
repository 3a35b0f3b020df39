import { performance } from "../timers.ts"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** When a thread has had the time to answer. All limits are in milliseconds. */
export interface ShareLimits {
  /** The time that it must have run, if another thread took its turn in between: the system counts in steps of some milliseconds. */
  readonly run: number
  /** The time that it must have run, if none did. This may be shorter. */
  readonly uninterrupted: number
  /** A thread that sleeps for so long waits for something that does not come. V8 also lets threads sleep for a moment. */
  readonly asleep: number
  /** How long to wait if the system does not tell. */
  readonly unknown: number
  /** How long to wait for a thread that gets no turn, at most. */
  readonly most: number
}

/** The limits for a worker whose end is not urgent. */
export const patientShare: ShareLimits = { run: 500, uninterrupted: 500, asleep: 500, unknown: 2000, most: 5000 }

const isLinux = process.platform === "linux"

/** The file in which the system reports on the calling thread. `undefined` outside Linux, and in some sandboxes. */
export const ownThreadPath = (): string | undefined => {
  if (!isLinux) return undefined
  try {
    const path = `/proc/${readlinkSync("/proc/thread-self")}`
    return runTime(path) === undefined ? undefined : path
  } catch {
    return undefined
  }
}

/** The file in which the system reports on a process's main thread. */
export const processPath = (pid: number): string | undefined => (isLinux ? `/proc/${pid}` : undefined)

/** How long a thread has run, in milliseconds. `undefined` if the system does not tell. The number may be some milliseconds old. */
const runTime = (path: string): number | undefined => {
  try {
    const running = Number(readFileSync(`${path}/schedstat`, "utf8").split(" ")[0])
    return running > 0 ? running / 1e6 : undefined
  } catch {
    return undefined
  }
}

interface ThreadState {
  /** Whether the thread waits for something other than its turn or the disk. */
  readonly isAsleep: boolean
  /** How often another thread took its turn. */
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

/** The main thread of a process may sleep while it waits for another of its threads, for example when V8 collects garbage. */
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
 * On a busy machine, a thread that is asked to stop may get no turn for a while. If it were stopped by force for that, its finalizers would
 * not run. So the time that it has run without reading its messages counts, and not the time that it has been silent.
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

  /** Whether so much time has passed that the share no longer matters. */
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
    // The thread was awake in the meantime.
    if (ran !== this.ranBefore) this.asleepSince = undefined
    this.ranBefore = ran
    this.asleepSince ??= now
    return now - this.asleepSince >= this.limits.asleep
  }
}
