import type { PausedStack } from "./PausedStack.ts"
import type { SendGate } from "./SendGate.ts"
import { clearTimeout, setTimeout } from "../../timers.ts"

interface Answer {
  readonly result?: unknown
  readonly error?: unknown
}

interface WorkerInspectorOptions {
  /** The thread is paused, on request or not. */
  readonly paused: (stack: PausedStack) => void
  /** The gate that each message passes. */
  readonly gate: SendGate
  readonly send: (sessionId: string, message: string) => void
  readonly unregister: () => void
}

/** The inspector of a worker. */
export class WorkerInspector {
  /** `undefined` if it is not attached. Then no command gets an answer. */
  sessionId: string | undefined = undefined
  /** Why it cannot be attached. */
  refusal: unknown = undefined
  /** Settles when it is attached, or never will be. `undefined` after that. */
  settled: Promise<void> | undefined
  private readonly whenSettled: () => void
  private readonly options: WorkerInspectorOptions
  private readonly waiting = new Map<number, (answer: Answer | undefined) => void>()
  private id = 0
  private isPaused = false
  private state: "open" | "shut" | "ending" = "open"

  constructor(options: WorkerInspectorOptions) {
    this.options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.settled = promise
    this.whenSettled = resolve
  }

  /** Keeps the worker from ending until `letGo`. `false` if it is ending already. */
  hold(): boolean {
    return this.options.gate.enter()
  }

  letGo(): void {
    this.options.gate.leave()
  }

  settle(sessionId: string | undefined, refusal: unknown): void {
    this.sessionId = sessionId
    this.refusal = refusal
    this.settled = undefined
    this.whenSettled()
    if (sessionId === undefined) this.drop()
  }

  /** The result of a command. `undefined` if it fails, or gets no answer in that time. */
  async command(method: string, params: object, within: number): Promise<unknown> {
    const id = ++this.id
    const answer = await new Promise<Answer | undefined>((resolve) => {
      // On a busy machine, the time may be over already.
      const timer = setTimeout(resolve, Math.max(1, within), undefined)
      this.waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      if (!this.send({ id, method, params })) this.waiting.get(id)!(undefined)
    })
    this.waiting.delete(id)
    return answer?.error === undefined ? answer?.result : undefined
  }

  /** Sends without waiting for an answer. `false` if it is not attached. */
  tell(method: string): boolean {
    return this.send({ id: ++this.id, method })
  }

  private send(message: { readonly id: number; readonly method: string; readonly params?: object }): boolean {
    const { sessionId } = this
    if (sessionId === undefined || !this.mayEnter()) return false
    if (resuming.has(message.method)) this.isPaused = false
    this.options.send(sessionId, JSON.stringify(message))
    return true
  }

  private mayEnter(): boolean {
    if (this.state === "shut" || !this.isPaused) return this.state === "open" && this.options.gate.enter()
    // If the thread itself has shut the gate, it waits for this message.
    this.options.gate.enterThoughShut()
    return true
  }

  receive(message: unknown): void {
    // The message is as the relay parsed it.
    const received = message as { readonly id?: number; readonly method?: string } & Answer
    if (received.id !== undefined) this.waiting.get(received.id)?.(received)
    else if (received.method === "Debugger.resumed") this.isPaused = false
  }

  hasPaused(stack: PausedStack): void {
    this.isPaused = true
    this.options.paused(stack)
    this.resumeEnding()
  }

  /** Sends nothing more to the worker. Calls `terminate`, which ends it, when no message is on its way. */
  shutThen(terminate: () => void): void {
    if (this.state !== "open") return
    this.state = "shut"
    this.drop()
    this.options.gate.shutThen(() => {
      terminate()
      this.state = "ending"
      this.resumeEnding()
    })
  }

  /** A paused thread does not notice that it was terminated. */
  private resumeEnding(): void {
    if (this.state === "ending" && this.isPaused) this.tell("Debugger.resume")
  }

  /** The worker has ended. */
  close(): void {
    this.options.unregister()
    // A cut that is under way gets to know the end later. The session is closed with the last worker.
    this.settle(undefined, this.refusal)
  }

  private drop(): void {
    for (const resolve of this.waiting.values()) resolve(undefined)
  }
}

const resuming: ReadonlySet<string> = new Set(["Debugger.resume", "Debugger.stepOut", "Debugger.disable"])
