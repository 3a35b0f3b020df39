import { writeSync } from "node:fs"
import { Worker } from "node:worker_threads"
import { Preemptible } from "../../preemption/Preemptible.ts"
import type { FromProcess } from "../../preemption/InspectedProcess.ts"
import { connected, disconnected, type ProcessRelayData, unconnected } from "../../preemption/inspectorProtocol.ts"
import { ownThread } from "../../ownThread.ts"
import { setTimeout } from "../../../timers.ts"
import { Fd, type WorkerConfig } from "../WorkerConfig.ts"

/** When to start the thread otherwise, in milliseconds. The first task needs the processors before. */
const startAfter = 50
/** How long the exit waits for the end of the session, in milliseconds. It takes less than one, unless the thread reads a deep stack. */
const disconnectWithin = 5000

/** Lets the parent inspect this thread, through another thread. */
export const inspectable = ({ atOnce, file }: NonNullable<WorkerConfig["inspector"]>): Preemptible => {
  const state = new Int32Array(new SharedArrayBuffer(4))
  let relay: Worker | undefined
  const begin = () => (relay = start(file, { fd: Fd.inspector, state }))
  if (atOnce) begin()
  else setTimeout(begin, startAfter).unref()
  // Node.js would wait for the end of a session that is still connected, and print that it does.
  return new Preemptible(() => {
    if (Atomics.compareExchange(state, 0, unconnected, disconnected) !== connected) return
    relay?.postMessage("disconnect")
    Atomics.wait(state, 0, connected, disconnectWithin)
  })
}

const start = (file: string, workerData: ProcessRelayData): Worker | undefined => {
  try {
    // The thread prints nothing, and the flags of the process are not for it.
    const relay = new Worker(new URL(file), {
      workerData: { ...ownThread, ...workerData },
      execArgv: [],
      stdout: true,
      stderr: true
    })
    relay.on("error", refuse)
    // Then the exit has nothing to wait for.
    relay.on("exit", () => Atomics.store(workerData.state, 0, disconnected))
    relay.unref()
    return relay
  } catch (reason) {
    refuse(reason)
    return undefined
  }
}

const refuse = (reason: unknown): void => {
  const message: FromProcess = { refused: reason instanceof Error ? reason.message : String(reason) }
  try {
    writeSync(Fd.inspector, `${JSON.stringify(message)}\n`)
  } catch {
    // The parent is gone, or takes the silence for a no.
  }
}
