import type { Job } from "./Contender.ts"

/** A message of the parent to a worker process. */
export type Order = "start" | "stop"

/** A message of a worker process to its parent. */
export type Report =
  | { readonly _tag: "Loaded" }
  /** The process takes tasks. */
  | { readonly _tag: "Started" }
  /** These have run since the last report, and had waited for so many milliseconds. */
  | { readonly _tag: "Ran"; readonly count: number; readonly waited: ReadonlyArray<number> }
  /** With the milliseconds of processor time since it was told to start. */
  | { readonly _tag: "Stopped"; readonly cpu: number }

/** Jobs of a backlog, whose waiting is of no interest. */
export const backlogged: Job = { sentAt: 0 }
