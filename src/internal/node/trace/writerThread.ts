import { ftruncateSync, writeSync } from "node:fs"
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
  /** The thread writes a 1 into it when it has written the end. */
  readonly finished: Int32Array<SharedArrayBuffer>
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

const { fd, finished, pid, program } = workerData as WriterData
const encoder = new TraceEncoder(pid, program)

/** The size of what was written as a whole. */
let size = 0
/** Why nothing more is written. What would come later may belong to what is missing. */
let failure: string | undefined

const write = (bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  size += bytes.length
}

/** Removes what was written in part, so that the file ends with a whole packet. */
const cutBack = (): void => {
  try {
    ftruncateSync(fd, size)
  } catch {
    // A device cannot be made shorter.
  }
}

const answer = (message: ToWriter): FromWriter => {
  const rows = message === "finish" ? undefined : message.rows
  try {
    if (failure === undefined) {
      if (message === "finish") encoder.finish()
      else encoder.add(message)
      write(encoder.take())
      return { _tag: "Written", rows }
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
    cutBack()
  }
  return { _tag: "Failed", reason: failure, rows }
}

parentPort?.on("message", (message: ToWriter) => {
  const answered = answer(message)
  parentPort?.postMessage(answered, answered.rows === undefined ? [] : [answered.rows.buffer])
  if (message !== "finish") return
  Atomics.store(finished, 0, 1)
  Atomics.notify(finished, 0)
  parentPort?.close()
})
