import type { TraceChunk } from "../../trace/TraceChunk.ts"

/** The start data of the thread that writes a trace. */
export interface WriterData {
  /** A file that is open. */
  readonly fd: number
  readonly pid: number
  readonly program: string
}

/** Sent to it: rows, or that there are no more. */
export type ToWriter = TraceChunk | "finish"

/** Sent by it for each: done, or why not; with the rows' memory, to be used again. */
export type FromWriter = { readonly rows: TraceChunk["rows"] | undefined } & (
  | { readonly _tag: "Written" }
  | { readonly _tag: "Failed"; readonly reason: string }
)
