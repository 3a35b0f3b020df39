import type { TraceChunk } from "../../trace/TraceChunk.ts"

/** What the thread that writes a trace starts with. */
export interface WriterData {
  /** A file that is open. */
  readonly fd: number
  readonly pid: number
  readonly program: string
}

/** Sent to it: rows, or that there are no more. */
export type ToWriter = TraceChunk | "finish"

/** Sent by it for each: done, or why not. */
export type FromWriter = { readonly _tag: "Written" } | { readonly _tag: "Failed"; readonly reason: string }
