import type { TraceChunk } from "../../trace/TraceChunk.ts"

/** The start data of the thread that writes a trace. */
export interface WriterData {
  /** A file that is open. */
  readonly fd: number
  readonly pid: number
  readonly program: string
}

/** A message to it: rows, or the end. */
export type ToWriter = TraceChunk | "finish"

/** The thread's answer to each, in their order: done, or why not, with the memory of the rows, to be used again. */
export type FromWriter = { readonly rows: TraceChunk["rows"] | undefined } & (
  | { readonly _tag: "Written" }
  | { readonly _tag: "Failed"; readonly reason: string }
)
