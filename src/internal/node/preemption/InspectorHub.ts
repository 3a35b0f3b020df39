import { isMainThread, MessageChannel, type MessagePort, Worker } from "node:worker_threads"
import * as Protocol from "./inspectorProtocol.ts"
import type { PausedStack } from "./PausedStack.ts"
import type { SendGate } from "./SendGate.ts"
import { WorkerInspector } from "./WorkerInspector.ts"
import { clearTimeout, setTimeout } from "../../timers.ts"
import { runtime } from "../runtime.ts"
import { ownThread } from "../ownThread.ts"
import { threadFlags } from "../threadFlags.ts"
import { workerFile } from "../workerFile.ts"

/**
 * The limit of a disconnection, in milliseconds. It takes less than one, unless the relay is reading a stack of a hundred thousand frames.
 */
const disconnectWithin = 10_000
/** How long to wait for a thread that is ending before the session attaches to the others, in milliseconds. */
const endsWithin = 100

/**
 * The connection to the inspectors of all worker threads. It is open as long as there are any.
 *
 * The session belongs to a thread of its own, the relay. Node.js calls the listeners of a session from an interrupt of V8, in the middle of
 * any JavaScript of that thread (nodejs/node#65028). In a program's own thread, such as in Node's code that sorts timers, something would
 * break sooner or later. So the relay runs nothing but code that passes on messages.
 *
 * The relay is started when a worker may soon have to be cut, and then attached to all workers, including one in an endless loop.
 */
export class InspectorHub {
  private static current: InspectorHub | undefined = undefined
  private relay: { readonly worker: Worker; readonly port: MessagePort } | undefined = undefined
  private readonly byThread = new Map<number, WorkerInspector>()
  private readonly bySession = new Map<string, WorkerInspector>()
  private users = 0
  private state: "closed" | "opening" | "enabling" | "open" | "refused" = "closed"
  private retry: ReturnType<typeof setTimeout> | undefined = undefined
  /** Workers that must not end before the session knows them. */
  private held: ReadonlyArray<WorkerInspector> = []
  private refusal: unknown = undefined

  private constructor() {
    if (process.getBuiltinModule("node:inspector") === undefined) throw new Error("this runtime has no node:inspector")
    // Bun has the module, but its inspector never answers.
    if (runtime.startsWith("Bun")) throw new Error(`${runtime} cannot inspect threads`)
    if (!isMainThread) throw new Error("worker threads can be inspected only from the main thread")
  }

  /** Attaches to the present workers and to later ones. */
  open(): void {
    if (this.state !== "closed" || this.users === 0) return
    this.state = "opening"
    this.startRelay()
  }

  /** The relay is ready. No worker may end while the session finds out which there are. */
  private enable(): void {
    if (this.state !== "opening" || this.users === 0) return
    const inspectors = Array.from(this.byThread.values())
    this.held = inspectors.filter((inspector) => inspector.hold())
    const isEnding = this.held.length < inspectors.length
    if (isEnding && this.retry === undefined) {
      this.letGo()
      this.retry = setTimeout(() => this.enable(), endsWithin).unref()
      return
    }
    this.state = "enabling"
    this.post([Protocol.Enable])
  }

  private letGo(): void {
    for (const inspector of this.held) inspector.letGo()
    this.held = []
  }

  private startRelay(): void {
    const { port1, port2 } = new MessageChannel()
    const data: Protocol.RelayData = { port: port2 }
    const flags = threadFlags()
    const worker = new Worker(workerFile("inspectorRelay"), {
      name: "effect-futures inspector",
      workerData: { ...ownThread, ...data },
      transferList: [port2],
      ...(flags === undefined ? {} : { execArgv: [...flags] }),
      // The relay prints nothing.
      stdout: true,
      stderr: true
    })
    worker.on("error", (reason) => this.refused(reason))
    worker.on("exit", () => this.refused(new Error("the thread of the inspector has ended")))
    worker.unref()
    this.relay = { worker, port: port1 }
    port1.on("message", this.onMessage)
    port1.unref()
    process.on("exit", this.onExit)
  }

  /**
   * Paused threads must go on, because Node.js waits for their ends. And a session that is still connected would make Node.js print that it
   * is "Waiting for the debugger to disconnect".
   */
  private readonly onExit = (): void => {
    // The session does not exist yet.
    if (this.state === "opening") return
    const done = new Int32Array(new SharedArrayBuffer(4))
    this.post([Protocol.Disconnect, done])
    Atomics.wait(done, 0, 0, disconnectWithin)
  }

  /** Acquires the hub before a worker is made. `release` follows after the worker has ended. Throws if there is no inspector. */
  static acquire(): InspectorHub {
    const hub = (InspectorHub.current ??= new InspectorHub())
    hub.users++
    return hub
  }

  /** If this was the last worker, closes everything. The promise settles when that is done. */
  release(): Promise<unknown> | undefined {
    if (--this.users > 0) return undefined
    this.forget()
    clearTimeout(this.retry)
    if (this.relay === undefined) return undefined
    const { port, worker } = this.relay
    process.off("exit", this.onExit)
    port.close()
    worker.removeAllListeners()
    return worker.terminate()
  }

  /** Makes the inspector of a worker that was just made. */
  register(threadId: number, gate: SendGate, paused: (stack: PausedStack) => void): WorkerInspector {
    const inspector = new WorkerInspector({
      paused,
      gate,
      send: (sessionId, message) => this.post([Protocol.Send, sessionId, message, gate.words]),
      unregister: () => {
        this.byThread.delete(threadId)
        if (inspector.sessionId !== undefined) this.bySession.delete(inspector.sessionId)
      }
    })
    if (this.state === "refused") inspector.settle(undefined, this.refusal)
    else this.byThread.set(threadId, inspector)
    return inspector
  }

  private post(message: Protocol.ToRelay): void {
    this.relay?.port.postMessage(message)
  }

  private readonly onMessage = (message: Protocol.FromRelay): void => {
    switch (message[0]) {
      case Protocol.Received:
        return this.bySession.get(message[1])?.receive(message[2])
      case Protocol.Paused:
        return this.bySession.get(message[1])?.hasPaused(message[2])
      case Protocol.Attached:
        return this.attached(message[1], message[2])
      case Protocol.Enabled:
        if (this.state === "enabling") this.state = "open"
        return this.letGo()
      case Protocol.Ready:
        return this.enable()
      case Protocol.Refused:
        return this.refused(message[1])
    }
  }

  private attached(sessionId: string, threadId: number): void {
    const inspector = this.byThread.get(threadId)
    if (inspector === undefined) return this.post([Protocol.Detach, sessionId])
    this.bySession.set(sessionId, inspector)
    inspector.settle(sessionId, undefined)
  }

  private refused(reason: unknown): void {
    if (this.state === "refused") return
    this.state = "refused"
    this.refusal = reason
    this.letGo()
    this.forget()
    process.off("exit", this.onExit)
    for (const inspector of Array.from(this.byThread.values())) inspector.settle(undefined, reason)
  }

  /** The next worker opens another session. */
  private forget(): void {
    if (InspectorHub.current === this) InspectorHub.current = undefined
  }
}
