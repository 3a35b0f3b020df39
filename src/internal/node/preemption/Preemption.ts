import type { StackFrame } from "../../../Errors.ts"
import type { InspectorHub } from "./InspectorHub.ts"
import { onStackExpression } from "./onStack.ts"
import { isNodeFrame, isOwnFrame, type PausedFrame, toStackFrames } from "./PausedFrame.ts"
import { repairsFor } from "./repairs.ts"
import type { SendGate } from "./SendGate.ts"
import type { WorkerInspector } from "./WorkerInspector.ts"

// Milliseconds. They are limits for what takes less than one, and for a machine that is busy with other things.
const pauseWithin = 1000
/** For a worker whose event loop has answered: most likely there is nothing that could be paused. */
const pauseIdleWithin = 100
const pauseAgainAfter = 100
/** That tells of every script that was loaded. */
const enableWithin = 1000
const cutWithin = 300
const evaluateWithin = 300
const lookAgainAfter = 1
/** A function of Node.js ends at once, or what it calls does not. */
const stepOutWithin = 50

/** What came of a try to cut. */
export type CutResult =
  /** The call has ended, or went on in good order, so nothing was done. */
  | { readonly _tag: "Unneeded" }
  | { readonly _tag: "Cut"; readonly stuckAt: ReadonlyArray<StackFrame> }
  /** The thread has to go. */
  | { readonly _tag: "Impossible"; readonly stuckAt: ReadonlyArray<StackFrame> }

export interface CutOptions {
  /** Looked at while the thread is paused. */
  readonly isNeeded: () => boolean
  /** Whether the worker's event loop has answered since it was asked. */
  readonly isIdle: boolean
  /** The number of the call whose code is to be on the stack. */
  readonly target: number
}

/**
 * Ends the JavaScript that runs in a worker, without ending the worker.
 *
 * The thread is paused first. That shows where it is, and while it is paused nothing changes: whether the call has ended, and
 * whether it is its code that is on the stack, stays as it is until the cut. So a cut never hits what comes next. V8 then
 * unwinds the whole stack, and runs no `catch` and no `finally` of it.
 */
export class Preemption {
  private readonly hub: InspectorHub
  private readonly inspector: WorkerInspector
  /** Done when the debugger is enabled, or does not answer. */
  private enabled: Promise<unknown> | undefined = undefined
  private isCutting = false
  private paused: ((frames: ReadonlyArray<PausedFrame> | undefined) => void) | undefined = undefined

  private readonly outOfMemory: () => void

  constructor(hub: InspectorHub, threadId: number, gate: SendGate, outOfMemory: () => void) {
    this.hub = hub
    this.outOfMemory = outOfMemory
    this.inspector = hub.register(threadId, gate, (method, params) => this.notified(method, params))
  }

  /** So that a cut takes less than a millisecond instead of 10 to 60. It makes `await` three to four times as slow meanwhile. */
  prepare(): void {
    this.enabled ??= this.inspector.command("Debugger.enable", {}, enableWithin)
  }

  unprepare(): void {
    if (this.enabled === undefined || this.isCutting) return
    this.enabled = undefined
    this.inspector.tell("Debugger.disable")
  }

  /** Only one at a time. */
  async cut(options: CutOptions): Promise<CutResult> {
    if (this.inspector.sessionId === undefined) return { _tag: "Impossible", stuckAt: [] }
    this.isCutting = true
    try {
      this.prepare()
      await this.enabled
      return await this.cutEnabled(options)
    } finally {
      this.isCutting = false
    }
  }

  private async cutEnabled(options: CutOptions): Promise<CutResult> {
    const until = performance.now() + (options.isIdle ? pauseIdleWithin : pauseWithin)
    let seen: ReadonlyArray<StackFrame> = []
    let isInNode = false
    while (options.isNeeded()) {
      const frames: ReadonlyArray<PausedFrame> | undefined =
        (isInNode ? await this.stepOut() : undefined) ?? (await this.pause(until - performance.now()))
      if (!options.isNeeded()) break
      // No JavaScript runs there, so there is nothing to cut.
      if (frames === undefined) return { _tag: "Impossible", stuckAt: seen }
      seen = toStackFrames(frames)
      isInNode = isNodeFrame(frames[0]!) && performance.now() < until
      if (isInNode) continue
      if (!isOwnFrame(frames[0]!) && !isNodeFrame(frames[0]!)) {
        const found = await this.identify(frames, options.target)
        if (found === "target") return this.cutPaused(frames, seen)
        if (found === "unknown") {
          this.inspector.tell("Debugger.resume")
          return { _tag: "Impossible", stuckAt: seen }
        }
      }
      this.inspector.tell("Debugger.resume")
      if (performance.now() > until) return { _tag: "Impossible", stuckAt: [] }
      await new Promise((resolve) => setTimeout(resolve, lookAgainAfter))
    }
    this.inspector.tell("Debugger.resume")
    return { _tag: "Unneeded" }
  }

  /** What a cut waits for may not come any more: it looks now whether it is still needed. */
  nudge(): void {
    this.paused?.(undefined)
  }

  /** Done when the worker can be cut, or when that will never be. */
  get settled(): Promise<void> | undefined {
    return this.inspector.settled
  }

  /** Why nothing can be cut. */
  get refusal(): unknown {
    return this.inspector.refusal
  }

  /** Calls `terminate`, which ends the worker, when nothing is on its way there. */
  endBy(terminate: () => void): void {
    this.inspector.shutThen(terminate)
    this.nudge()
  }

  /** After the worker has ended. Settles when nothing is left, if there is something to wait for. */
  close(): Promise<unknown> | undefined {
    this.nudge()
    this.inspector.close()
    return this.hub.release()
  }

  /** Whose code it is; if it is the target's, the first of the repairs is done with it, as each question takes its time. */
  private async identify(
    frames: ReadonlyArray<PausedFrame>,
    target: number
  ): Promise<"target" | "another" | "unknown"> {
    const repair = repairsFor(frames)[0]
    const found =
      repair === undefined
        ? await this.evaluate(frames[0]!, onStackExpression)
        : await this.evaluate(
            repair.frame,
            // No function around it: that would not see the variables of the frame.
            `(${onStackExpression}) === ${target} ? (${repair.expression}, ${target}) : 0`
          )
    if (typeof found !== "number") return "unknown"
    return found === target ? "target" : "another"
  }

  private async cutPaused(frames: ReadonlyArray<PausedFrame>, stuckAt: ReadonlyArray<StackFrame>): Promise<CutResult> {
    for (const repair of repairsFor(frames).slice(1)) {
      if ((await this.evaluate(repair.frame, `${repair.expression}, "repaired"`)) === "repaired") continue
      this.inspector.tell("Debugger.resume")
      return { _tag: "Impossible", stuckAt }
    }
    const isOver = this.inspector.command("Runtime.terminateExecution", {}, cutWithin)
    this.inspector.tell("Debugger.resume")
    return { _tag: (await isOver) === undefined ? "Impossible" : "Cut", stuckAt }
  }

  private pause(within: number): Promise<ReadonlyArray<PausedFrame> | undefined> {
    if (!this.inspector.tell("Debugger.pause")) return Promise.resolve(undefined)
    return this.whenPaused(within, () => void this.inspector.tell("Debugger.pause"))
  }

  private stepOut(): Promise<ReadonlyArray<PausedFrame> | undefined> {
    if (!this.inspector.tell("Debugger.stepOut")) return Promise.resolve(undefined)
    return this.whenPaused(stepOutWithin, () => {})
  }

  private whenPaused(within: number, again: () => void): Promise<ReadonlyArray<PausedFrame> | undefined> {
    return new Promise((resolve) => {
      const until = performance.now() + within
      const timer = setInterval(
        () => {
          if (performance.now() >= until) this.paused?.(undefined)
          else again()
        },
        Math.max(1, Math.min(pauseAgainAfter, within))
      )
      this.paused = (frames) => {
        clearInterval(timer)
        this.paused = undefined
        resolve(frames)
      }
    })
  }

  private async evaluate(frame: PausedFrame, expression: string): Promise<unknown> {
    const params = { callFrameId: frame.callFrameId, expression, silent: true, returnByValue: true }
    const evaluated = await this.inspector.command("Debugger.evaluateOnCallFrame", params, evaluateWithin)
    // As the protocol has it.
    const { exceptionDetails, result } = (evaluated ?? {}) as {
      exceptionDetails?: unknown
      result?: { value?: unknown }
    }
    return exceptionDetails === undefined ? result?.value : undefined
  }

  private notified(method: string, params: unknown): void {
    if (method !== "Debugger.paused") return
    const { callFrames, reason } = params as { callFrames: ReadonlyArray<PausedFrame>; reason: string }
    // Where a debugger is enabled V8 asks it, and not Node, what to do, and then aborts the whole process.
    if (reason === "OOM") this.outOfMemory()
    else if (this.paused === undefined) {
      // It was asked for and came too late, or the code has a `debugger` statement.
      this.inspector.tell("Debugger.resume")
    } else this.paused(callFrames)
  }
}
