/** A task as it is submitted. Durations are in milliseconds. */
export interface NewRow {
  readonly queue: string
  readonly key: string
  /** The module's `id` and the function's name. */
  readonly task: string
  readonly label: string
  readonly args: string
  readonly trace: string | null
  readonly priority: number
  readonly delay: number
  /** `1` while its executor or group has its full number of tasks in flight. If the program dies, the task becomes due after `hold`. */
  readonly isHeld: 0 | 1
  readonly hold: number
  readonly timeout: number | null
  /** The pauses before its next attempts, as JSON. */
  readonly retries: string | null
  readonly maxAttempts: number
  readonly retain: number
  readonly retainFailed: number
  readonly owner: string
  /** Elements that its reader has room for, where the function returns a stream. */
  readonly buffer: number | null
}

/** A task that a machine has claimed. */
export interface Claimed extends Pick<
  NewRow,
  "key" | "task" | "label" | "args" | "trace" | "priority" | "timeout" | "retries" | "maxAttempts" | "buffer"
> {
  readonly seq: number
  readonly attempt: number
  /** How often it was claimed. To settle the task, a machine must name the number of its own claim. */
  readonly claims: number
  /** Elements that its reader has demanded so far. */
  readonly demanded: number | null
}

export type State = "scheduled" | "pending" | "running" | "succeeded" | "failed" | "cancelled"

/** The settlement of a task that was claimed. */
export interface Settlement {
  readonly seq: number
  readonly claims: number
  readonly state: "pending" | "succeeded" | "failed" | "cancelled"
  /** Milliseconds until it may be claimed again. */
  readonly delay: number
  /** How many attempts it is given back. */
  readonly uncounted: 0 | 1
  readonly outcome: string | null
  /** The tag of the error. */
  readonly tag: string | null
  /** How this attempt failed, for the case that it was the last. */
  readonly failure: string | null
  /** The task's last report, unless that was stored before. */
  readonly report: string | null
}

/** A report of a running task. */
export interface Reported {
  readonly seq: number
  readonly claims: number
  readonly report: string
}

/** The state of a task, as its future sees it. */
export interface Seen {
  readonly seq: number
  readonly key: string
  readonly state: State
  readonly worker: string | null
  readonly attempt: number
  /** How often it was claimed. */
  readonly claims: number
  readonly outcome: string | null
  readonly tag: string | null
  readonly lastFailure: string | null
  /** The task's last report. */
  readonly report: string | null
}

export const isSettled = (state: State): boolean => state === "succeeded" || state === "failed" || state === "cancelled"
