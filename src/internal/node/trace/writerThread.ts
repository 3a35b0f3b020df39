import { writeSync } from "node:fs"
import { setPriority } from "node:os"
import { parentPort, workerData } from "node:worker_threads"
import { TraceEncoder } from "../../trace/TraceEncoder.ts"
import type { FromWriter, ToWriter, WriterData } from "./writerProtocol.ts"

// The thread that writes a trace runs this file. To encode takes longer than a small task, so it is not done in the program's thread.

// To encode gives way to what the program does, as far as there is room for what waits. Only Linux has a priority for each thread, where
// this is that of the calling one; elsewhere it would be the whole program's.
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
    return { _tag: "Failed", reason: String(error), rows }
  }
}

parentPort?.on("message", (message: ToWriter) => {
  const answered = answer(message)
  parentPort?.postMessage(answered, answered.rows === undefined ? [] : [answered.rows.buffer])
  if (message === "finish") parentPort?.close()
})
