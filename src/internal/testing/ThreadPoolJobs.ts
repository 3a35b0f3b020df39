/** A job as `node:async_hooks` shows it: an object of Node.js, with the function that it calls at the end. */
interface Job {
  readonly ondone?: unknown
  /** The input of a compressor. */
  readonly buffer?: unknown
}

// Without Node.js there are no such jobs.
const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks")

const isRequest = (type: string): boolean => type.startsWith("FSREQ") || type.endsWith("REQUEST")
const compressor = "ZLIB"

// Not a set: its earlier tables lead to the later ones, so that the garbage collector keeps them all once it has kept one.
const watchers: Array<ThreadPoolJobs> = []

// Both hooks serve all runs, because making one takes as long as some steps of a short schedule.
const beginnings = hooks?.createHook({
  init: (id, type, _trigger, resource) => {
    if (!isRequest(type) && type !== compressor) return
    for (const watcher of watchers) watcher.begun(id, type, resource)
    ends?.enable()
  },
  trackPromises: false
})

// For Node.js, each resumed fiber is such an end. So this hook is on only if a job has begun.
const ends = hooks?.createHook({
  before: (id) => {
    for (const watcher of watchers) watcher.cameBack(id)
  },
  trackPromises: false
})

let isOn = false
let isAsked = false

const watch = (): void => {
  if (!isOn) beginnings?.enable()
  isOn = true
}

/** Switches the hooks off, unless another run begins first. Doing so for each run would take as long as some steps. */
const unwatch = (): void => {
  if (isAsked) return
  isAsked = true
  queueMicrotask(() => {
    isAsked = false
    if (watchers.length > 0) return
    isOn = false
    beginnings?.disable()
    ends?.disable()
  })
}

/**
 * The jobs in the thread pool of Node.js that were begun since this was made, and have not ended.
 *
 * `process.getActiveResourcesInfo()` lacks them: digests, compression, and from Node.js 26 on files. A synchronous job, as of `pbkdf2Sync`,
 * has no function to call at its end.
 */
export class ThreadPoolJobs {
  // Most runs have neither.
  private requests: Map<number, Job> | undefined = undefined
  private compressors: Array<Job> | undefined = undefined

  constructor() {
    watchers.push(this)
    watch()
  }

  begun(id: number, type: string, job: Job): void {
    if (type === compressor) (this.compressors ??= []).push(job)
    else (this.requests ??= new Map()).set(id, job)
  }

  cameBack(id: number): void {
    this.requests?.delete(id)
  }

  get isPending(): boolean {
    for (const request of this.requests?.values() ?? []) if (typeof request.ondone === "function") return true
    return this.compressors?.some(({ buffer }) => buffer !== undefined && buffer !== null) === true
  }

  close(): void {
    const at = watchers.lastIndexOf(this)
    if (at >= 0) watchers.splice(at, 1)
    if (watchers.length === 0) unwatch()
  }
}
