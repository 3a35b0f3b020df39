import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** What a thread does now. */
export interface ThreadState {
  /** It waits for something, and neither for its turn nor for the disk. */
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
    return runTime(path) === undefined ? undefined : path
  } catch {
    return undefined
  }
}

/** How long a thread has run, in milliseconds; `undefined` where the system does not tell. It may be some milliseconds behind. */
export const runTime = (path: string): number | undefined => {
  try {
    const running = Number(readFileSync(`${path}/schedstat`, "utf8").split(" ")[0])
    return running > 0 ? running / 1e6 : undefined
  } catch {
    return undefined
  }
}

/** The same of a process's main thread. */
export const mainThreadRunTime = (pid: number): number | undefined => (isLinux ? runTime(`/proc/${pid}`) : undefined)

export const threadState = (path: string): ThreadState | undefined => {
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

/**
 * Whether all threads of a process wait for something other than their turn, or the disk. One may wait for another of them,
 * as V8 does when it collects garbage. Where nobody can tell, `true`.
 */
export const isAsleep = (pid: number): boolean => {
  try {
    const path = `/proc/${pid}/task`
    return readdirSync(path).every((id) => threadState(`${path}/${id}`)?.isAsleep !== false)
  } catch {
    return true
  }
}
