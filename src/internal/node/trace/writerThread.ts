import { writeSync } from "node:fs"
import { setPriority } from "node:os"
import { parentPort, workerData } from "node:worker_threads"
import { TraceEncoder } from "../../trace/TraceEncoder.ts"
import type { TraceChunk } from "../../trace/TraceChunk.ts"

// The file of the thread that writes a trace. Encoding takes longer than a small task, so the program's thread does not do it.

/** The start data of the thread. */
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

// Encoding gives way to the program, as far as there is room for waiting rows. Only Linux has a priority per thread, which this call sets;
// elsewhere it would be the whole program's.
if (process.platform === "linux") setPriority(0, 10)

const { fd, pid, program } = workerData as WriterData
const encoder = new TraceEncoder(pid, program)

const write = (bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}

const answer = (message: ToWriter): FromWriter => {
  const rows = message === "finish" ? undefined : message.rows
  try {
    if (message === "finish") encoder.finish()
    else encoder.add(message)
    write(encoder.take())
    return { _tag: "Written", rows }
  } catch (error) {
    return { _tag: "Failed", reason: error instanceof Error ? error.message : String(error), rows }
  }
}

parentPort?.on("message", (message: ToWriter) => {
  const answered = answer(message)
  parentPort?.postMessage(answered, answered.rows === undefined ? [] : [answered.rows.buffer])
  if (message === "finish") parentPort?.close()
})
