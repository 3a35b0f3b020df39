import { readFileSync } from "node:fs"

/** What the main thread of a process has done so far, in milliseconds. */
export interface ThreadTimes {
  readonly running: number
  /** It would have run, if the machine had had time for it. */
  readonly waiting: number
}

/** `undefined` where the system does not tell: anywhere but on Linux, and there in some sandboxes. */
export const mainThreadTimes = (pid: number): ThreadTimes | undefined => {
  if (process.platform !== "linux") return undefined
  try {
    const [running, waiting] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ").map(Number)
    if (running === undefined || waiting === undefined || running === 0) return undefined
    return { running: running / 1e6, waiting: waiting / 1e6 }
  } catch {
    return undefined
  }
}
