import { readFileSync, readlinkSync } from "node:fs"

/** What a thread has done so far, in milliseconds. The system may be some milliseconds behind. */
export interface ThreadTimes {
  readonly running: number
  /** It would have run, if the machine had had time for it. */
  readonly waiting: number
}

/** What a thread does now. */
export interface ThreadState {
  /** It waits for something, and not for its turn. */
  readonly isAsleep: boolean
  /** How often it was interrupted so that another could have a turn. */
  readonly preemptions: number
}

const isLinux = process.platform === "linux"

/** Where the system tells of the thread that calls this; `undefined` anywhere but on Linux, and there in some sandboxes. */
export const ownThreadPath = (): string | undefined => {
  if (!isLinux) return undefined
  try {
    const path = `/proc/${readlinkSync("/proc/thread-self")}`
    return threadTimes(path) === undefined ? undefined : path
  } catch {
    return undefined
  }
}

/** `undefined` where the system does not tell. */
export const threadTimes = (path: string): ThreadTimes | undefined => {
  try {
    const [running, waiting] = readFileSync(`${path}/schedstat`, "utf8").split(" ").map(Number)
    if (running === undefined || waiting === undefined || running === 0) return undefined
    return { running: running / 1e6, waiting: waiting / 1e6 }
  } catch {
    return undefined
  }
}

export const mainThreadTimes = (pid: number): ThreadTimes | undefined =>
  isLinux ? threadTimes(`/proc/${pid}`) : undefined

export const threadState = (path: string): ThreadState | undefined => {
  try {
    const status = readFileSync(`${path}/status`, "utf8")
    const state = /^State:\s+(\w)/m.exec(status)?.[1]
    const preemptions = /^nonvoluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]
    if (state === undefined || preemptions === undefined) return undefined
    return { isAsleep: state !== "R", preemptions: Number(preemptions) }
  } catch {
    return undefined
  }
}
