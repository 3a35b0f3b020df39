import type { Socket } from "node:net"
import type { Inspected } from "./InspectorPreemption.ts"
import { LineReader } from "./LineReader.ts"
import { isPausedStack, type PausedStack } from "./PausedStack.ts"
import { makeGate } from "./SendGate.ts"
import { WorkerInspector } from "./WorkerInspector.ts"

/** A message of the relay in a worker process, as a line of JSON. Any code in the process can write such lines. */
export type FromProcess =
  | { readonly ready: true }
  | { readonly refused: string }
  | { readonly paused: PausedStack }
  | { readonly received: unknown }

/** How much of a refusal is shown. */
const longestRefusal = 500

/** A worker process, which has a thread that inspects its main thread, at the other end of a pipe. */
export class InspectedProcess implements Inspected {
  /** Whether a cut was ever needed. Then later processes start their threads at once. */
  private static wasWanted = false
  /** Whether the process starts its thread at once, or a moment later. */
  readonly startsAtOnce = InspectedProcess.wasWanted
  /** A process that starts its thread a moment later may be stuck before that. */
  readonly attachWithin = this.startsAtOnce ? 1000 : 100
  private readonly pipe: Socket
  private readonly kill: () => void

  constructor(pipe: Socket, kill: () => void) {
    this.pipe = pipe
    this.kill = kill
  }

  register(paused: (stack: PausedStack) => void): WorkerInspector {
    const { pipe } = this
    const gate = makeGate()
    const inspector = new WorkerInspector({
      paused,
      gate,
      send: (_, message) => {
        if (pipe.writable) pipe.write(`${message}\n`)
        gate.leave()
      },
      unregister() {}
    })
    const receive = (message: Partial<Record<string, unknown>>): void => {
      if (message["ready"] === true) inspector.settle("process", undefined)
      else if (typeof message["refused"] === "string") {
        inspector.settle(undefined, new Error(message["refused"].slice(0, longestRefusal)))
      } else if (isPausedStack(message["paused"])) inspector.hasPaused(message["paused"])
      else if (typeof message["received"] === "object" && message["received"] !== null) {
        inspector.receive(message["received"])
      } else throw new Error("It is not a message of the inspector")
    }
    const lines = new LineReader((line) => receive(Object(JSON.parse(line))))
    pipe.setEncoding("utf8")
    pipe.on("data", (text: string) => {
      try {
        lines.push(text)
      } catch {
        // Without the pipe, nothing can be cut any more.
        pipe.destroy()
      }
    })
    return inspector
  }

  connect(isWanted: boolean): void {
    if (isWanted) InspectedProcess.wasWanted = true
  }

  terminate(): void {
    this.kill()
  }

  closed(ended: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.pipe.once("close", () => {
        ended()
        resolve()
      })
    })
  }
}
