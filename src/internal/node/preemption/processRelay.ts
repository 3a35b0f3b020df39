import { Socket } from "node:net"
import { parentPort, workerData } from "node:worker_threads"
import { Backlog } from "./Backlog.ts"
import type { FromProcess } from "./InspectedProcess.ts"
import { LineReader } from "./LineReader.ts"
import { connected, disconnected, type ProcessRelayData, unconnected } from "./inspectorProtocol.ts"
import { type SessionMessage, SessionReader } from "./SessionReader.ts"

// The file of the thread that inspects the main thread of its process, for the parent at the other end of a pipe. It runs while the main
// thread is in an endless loop.

const { fd, state } = workerData as ProcessRelayData

const start = (): void => {
  const pipe = new Socket({ fd, readable: true, writable: true })
  const post = (message: FromProcess): void => void pipe.write(`${JSON.stringify(message)}\n`)
  // The parent kills the process when it has lost the pipe and needs it.
  pipe.on("error", () => {})
  try {
    // The module is not imported, because a runtime may lack it.
    const inspector = process.getBuiltinModule("node:inspector")
    const session = new inspector.Session()
    if (Atomics.compareExchange(state, 0, unconnected, connected) !== unconnected) return
    session.connectToMainThread()
    parentPort!.once("message", () => {
      session.disconnect()
      Atomics.store(state, 0, disconnected)
      Atomics.notify(state, 0)
    })
    const later = new Backlog().add
    const reader = new SessionReader(
      (paused) => post({ paused }),
      (received) => post({ received })
    )
    session.on("inspectorNotification", (message: SessionMessage) => later(() => reader.read(message)))
    const lines = new LineReader((line) => {
      // The parent sends nothing else.
      const { id, method, params } = JSON.parse(line) as { id: number; method: string; params?: object }
      session.post(method, params, (error, result) =>
        later(() => post({ received: error === null ? { id, result } : { id, error: String(error) } }))
      )
    })
    pipe.setEncoding("utf8")
    pipe.on("data", (text: string) => lines.push(text))
    post({ ready: true })
  } catch (reason) {
    post({ refused: reason instanceof Error ? reason.message : String(reason) })
  }
}

start()
