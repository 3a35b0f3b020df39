/** A job as `node:async_hooks` shows it: an object of Node.js's own, with the function that it calls in the end. */
interface Job {
  readonly ondone?: unknown
  /** The input that a compressor works at. */
  readonly buffer?: unknown
}

// Where there is no Node.js, nothing is known of such jobs, and there are none.
const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks")

const isRequest = (type: string): boolean => type.startsWith("FSREQ") || type.endsWith("REQUEST")
const compressor = "ZLIB"

const watchers = new Set<ThreadPoolJobs>()

// Both hooks are for all runs: to make one takes as long as some steps of a short schedule.
const beginnings = hooks?.createHook({
  init: (id, type, _trigger, resource) => {
    if (!isRequest(type) && type !== compressor) return
    for (const watcher of watchers) watcher.begun(id, type, resource)
    ends?.enable()
  },
  trackPromises: false
})

// Each fiber that goes on is such an end to Node.js, so this one is on only if some job has begun.
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

/** Switches the hooks off, unless another run begins before anything else is done: to do so for each run takes as long as some steps. */
const unwatch = (): void => {
  if (isAsked) return
  isAsked = true
  queueMicrotask(() => {
    isAsked = false
    if (watchers.size > 0) return
    isOn = false
    beginnings?.disable()
    ends?.disable()
  })
}

/**
 * The jobs that were given to Node.js's pool of threads since this was made, and have not come back.
 *
 * `process.getActiveResourcesInfo()` does not have them: no digest and nothing that is compressed, and from Node.js 26 on no file.
 * A job that is done at once, as by `pbkdf2Sync`, calls nothing in the end.
 */
export class ThreadPoolJobs {
  // Most runs have neither.
  private requests: Map<number, Job> | undefined = undefined
  private compressors: Array<Job> | undefined = undefined

  constructor() {
    watchers.add(this)
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
    watchers.delete(this)
    if (watchers.size === 0) unwatch()
  }
}
