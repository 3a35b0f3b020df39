import type { Job } from "./Contender.ts"

/** What a worker process is told by its parent. */
export type Order = "start" | "stop"

/** What a worker process tells its parent. */
export type Report =
  | { readonly _tag: "Loaded" }
  /** It takes tasks. */
  | { readonly _tag: "Started" }
  /** These have run since the last report, and had waited for so many milliseconds. */
  | { readonly _tag: "Ran"; readonly count: number; readonly waited: ReadonlyArray<number> }
  /** With the milliseconds of processor time since it was told to start. */
  | { readonly _tag: "Stopped"; readonly cpu: number }

/** Jobs of a backlog, whose waiting is of no interest. */
export const backlogged: Job = { sentAt: 0 }
