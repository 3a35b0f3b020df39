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

// The hook is one for all runs: to make one takes as long as some steps of a short schedule.
const hook = hooks?.createHook({
  init: (id, type, _trigger, resource) => {
    if (!isRequest(type) && type !== compressor) return
    for (const watcher of watchers) watcher.begun(id, type, resource)
  },
  before: (id) => {
    for (const watcher of watchers) watcher.cameBack(id)
  },
  trackPromises: false
})

/**
 * The jobs that were given to Node.js's pool of threads since this was made, and have not come back.
 *
 * `process.getActiveResourcesInfo()` does not have them: no digest and nothing that is compressed, and from Node.js 26 on no file.
 * A job that is done at once, as by `pbkdf2Sync`, calls nothing in the end.
 */
export class ThreadPoolJobs {
  private readonly requests = new Map<number, Job>()
  private readonly compressors: Array<Job> = []

  constructor() {
    if (watchers.size === 0) hook?.enable()
    watchers.add(this)
  }

  begun(id: number, type: string, job: Job): void {
    if (type === compressor) this.compressors.push(job)
    else this.requests.set(id, job)
  }

  cameBack(id: number): void {
    this.requests.delete(id)
  }

  get isPending(): boolean {
    for (const request of this.requests.values()) if (typeof request.ondone === "function") return true
    return this.compressors.some(({ buffer }) => buffer !== undefined && buffer !== null)
  }

  close(): void {
    watchers.delete(this)
    if (watchers.size === 0) hook?.disable()
  }
}
