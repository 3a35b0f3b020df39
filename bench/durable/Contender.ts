/** The task: it does nothing but tell when it was submitted, in milliseconds of `now`. */
export interface Job {
  readonly sentAt: number
}

/** The side that submits. */
export interface Submitter {
  /** Submits so many tasks in the fastest way. Afterwards they survive this process. */
  readonly add: (jobs: ReadonlyArray<Job>) => Promise<void>
  readonly close: () => Promise<void>
}

/** A queue of tasks that outlive their program, as its own documentation would have it used. */
export interface Contender {
  readonly name: string
  readonly server: "postgres" | "redis" | "file"
  readonly submitter: (url: string, queue: string) => Promise<Submitter>
  /** Works on the queue, with so many at a time, until the function that it gives is called. */
  readonly work: (url: string, queue: string, places: number, ran: (job: Job) => void) => Promise<() => Promise<void>>
}

/** Milliseconds, the same for all processes of this machine. */
export const now = (): number => performance.timeOrigin + performance.now()
