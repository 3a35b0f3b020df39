import type { StackFrame } from "../../../Errors.ts"
import { type PausedStack, toStackFrames } from "./PausedStack.ts"
import type { CutRequest, CutResult } from "../../remote/client/Transport.ts"
import { cutsOn } from "./cutVersions.ts"
import type { Preemption, PreemptionOptions } from "./Preemption.ts"
import { isClearExpression, onStackExpression, runningStackExpression } from "./questions.ts"
import { deepAt, type RunningStack, runningStackFrom } from "./runningStack.ts"
import type { WorkerInspector } from "./WorkerInspector.ts"
import { clearInterval, clearTimeout, performance, setInterval, setTimeout } from "../../timers.ts"

/** The worker whose JavaScript is cut: a thread, or the main thread of a process. */
export interface Inspected {
  /** How long attaching may take, in milliseconds. */
  readonly attachWithin: number
  /** Makes the inspector. `paused` is called when the JavaScript is paused, on request or not. */
  register(paused: (stack: PausedStack) => void): WorkerInspector
  /** Attaches. With `isWanted`, a cut is likely. */
  connect(isWanted: boolean): void
  /** Ends all of the worker. */
  terminate(): void
  /** Calls `ended` when the worker has ended. Settles when everything is released then. */
  closed(ended: () => void): Promise<void>
}

// Limits in milliseconds. The steps take less than one, unless the machine is busy. A tight loop that Node.js 26 has optimized checks for
// interrupts only after half a second.
const pauseWithin = 2000
/** The limit for a worker whose event loop has answered: most likely nothing runs that could be paused. */
const pauseIdleWithin = 100
const pauseAgainAfter = 100
/** The limit of enabling the debugger, which reports every script that was loaded. */
const enableWithin = 1000
const cutWithin = 1000
const evaluateWithin = 1000
const lookAgainAfter = 1
/** A function of Node.js returns at once, unless a function that it calls does not. */
const stepOutWithin = 50

/**
 * Ends the JavaScript that runs in a worker, without ending the worker.
 *
 * The thread is paused first. While it is paused, nothing changes: whether the call has ended, and whether its code is on the stack, stays
 * as it is until the cut. So a cut never hits the next call. V8 then unwinds the whole stack, and runs no `catch` and no `finally`.
 */
export class InspectorPreemption implements Preemption {
  readonly closed: Promise<void>
  private readonly inspected: Inspected
  /** `false` if workers are only read, and never cut. */
  private readonly cuts: boolean
  private readonly inspector: WorkerInspector
  /** Settles when the debugger is enabled, or has not answered. */
  private enabled: Promise<unknown> | undefined = undefined
  private isCutting = false
  private paused: ((stack: PausedStack | undefined) => void) | undefined = undefined
  private readonly outOfMemory: () => void

  constructor(inspected: Inspected, options: PreemptionOptions) {
    this.inspected = inspected
    this.cuts = cutsOn(process.versions.node)
    this.outOfMemory = options.outOfMemory
    this.inspector = inspected.register((stack) => this.hasPaused(stack))
    if (!this.cuts) options.refused(new Error(`this has not been tested on Node.js ${process.versions.node}`))
    void this.inspector.settled?.then(() => {
      if (this.inspector.refusal !== undefined) options.refused(this.inspector.refusal)
    })
    this.closed = inspected.closed(() => {
      this.look()
      this.inspector.close()
    })
  }

  connect(): void {
    this.inspected.connect(false)
  }

  /** With preparation, a cut takes less than a millisecond instead of 10 to 60. But `await` is three to four times as slow. */
  prepare(on: boolean): void {
    if (on) this.inspected.connect(true)
    if (!this.cuts || this.inspector.settled !== undefined) return
    if (on) this.enabled ??= this.inspector.command("Debugger.enable", {}, enableWithin)
    else if (this.enabled !== undefined && !this.isCutting) {
      this.enabled = undefined
      this.inspector.tell("Debugger.disable")
    }
  }

  /** Cuts a call; one at a time. */
  async cut(request: CutRequest): Promise<CutResult> {
    await this.attached(this.inspected.attachWithin)
    if (this.inspector.sessionId === undefined) return { _tag: "Impossible", stuckAt: [] }
    this.isCutting = true
    try {
      this.prepare(true)
      let until = request.until ?? performance.now() + (request.isIdle ? pauseIdleWithin : pauseWithin)
      let running = await this.readRunning(until - performance.now())
      while (running === undefined && !request.isIdle && !request.hadEnough() && request.isNeeded()) {
        until = performance.now() + pauseWithin
        running = await this.readRunning(pauseWithin)
      }
      if (!request.isNeeded()) return { _tag: "Unneeded" }
      // A thread that does not answer cannot be paused either.
      if (running === undefined) return { _tag: "Impossible", stuckAt: [] }
      if (running !== null) {
        return { _tag: "Impossible", stuckAt: toStackFrames(running.frames, running.count === running.frames.length) }
      }
      await this.enabled
      return await this.cutEnabled(request, until)
    } finally {
      this.isCutting = false
    }
  }

  async read(within: number): Promise<ReadonlyArray<StackFrame> | undefined> {
    const until = performance.now() + within
    await this.attached(within)
    if (this.inspector.sessionId === undefined) return undefined
    const running = await this.evaluateRunning(0, until - performance.now())
    if (running === undefined) return undefined
    if (running === null) return []
    return toStackFrames(running.frames, running.count === running.frames.length)
  }

  private async attached(within: number): Promise<void> {
    const { settled } = this.inspector
    if (settled === undefined) return
    this.connect()
    let timer: ReturnType<typeof setTimeout> | undefined
    await Promise.race([settled, new Promise((resolve) => (timer = setTimeout(resolve, within)))])
    clearTimeout(timer)
  }

  private async cutEnabled(request: CutRequest, until: number): Promise<CutResult> {
    let seen: ReadonlyArray<StackFrame> = []
    let isInNode = false
    while (request.isNeeded()) {
      const stack: PausedStack | undefined =
        (isInNode ? await this.stepOut() : undefined) ?? (await this.pause(until - performance.now()))
      if (!request.isNeeded()) break
      // The thread runs no JavaScript, so there is nothing to cut.
      if (stack === undefined) return { _tag: "Impossible", stuckAt: seen }
      seen = stack.stuckAt
      isInNode = stack.place === "node" && performance.now() < until
      if (isInNode) continue
      if (stack.place === "task") {
        const found = await this.identify(stack, request.target)
        if (found === "target") return this.cutPaused(request, stack)
        if (found === "unknown") {
          this.inspector.tell("Debugger.resume")
          return { _tag: "Impossible", stuckAt: seen }
        }
      }
      this.inspector.tell("Debugger.resume")
      if (performance.now() > until) return { _tag: "Impossible", stuckAt: [] }
      await new Promise((resolve) => setTimeout(resolve, lookAgainAfter))
      if (!isInNode && request.mayWait()) return { _tag: "Later", until }
    }
    this.inspector.tell("Debugger.resume")
    return { _tag: "Unneeded" }
  }

  look(): void {
    this.paused?.(undefined)
  }

  end(): void {
    this.inspector.shutThen(() => this.inspected.terminate())
    this.look()
  }

  /**
   * Whose code runs. If it is the target's, the first repair is done with the same question, because each question takes time. `"unknown"`
   * also if nothing can be cut there.
   */
  private async identify(stack: PausedStack, target: number): Promise<"target" | "another" | "unknown"> {
    const [first, ...others] = stack.repairs
    // The expression has no function around it, because that would not see the variables of the frame.
    const repaired = first === undefined ? "" : `${first.expression}, `
    const found = await this.evaluate(
      first?.callFrameId ?? stack.top,
      `(${onStackExpression}) === ${target} ? (${repaired}${others.length > 0 || isClearExpression} ? ${target} : -1) : 0`
    )
    if (found === 0) return "another"
    return found === target ? "target" : "unknown"
  }

  private async cutPaused(request: CutRequest, { repairs, stuckAt }: PausedStack): Promise<CutResult> {
    for (const [index, repair] of repairs.entries()) {
      if (index === 0) continue
      const isClear = index < repairs.length - 1 || isClearExpression
      if ((await this.evaluate(repair.callFrameId, `${repair.expression}, ${isClear}`)) === true) continue
      this.inspector.tell("Debugger.resume")
      return { _tag: "Impossible", stuckAt }
    }
    request.isAbout(stuckAt)
    const isOver = this.inspector.command("Runtime.terminateExecution", {}, cutWithin)
    this.inspector.tell("Debugger.resume")
    return { _tag: (await isOver) === undefined ? "Impossible" : "Cut", stuckAt }
  }

  private pause(within: number): Promise<PausedStack | undefined> {
    if (!this.inspector.tell("Debugger.pause")) return Promise.resolve(undefined)
    return this.whenPaused(within, () => void this.inspector.tell("Debugger.pause"))
  }

  private stepOut(): Promise<PausedStack | undefined> {
    if (!this.inspector.tell("Debugger.stepOut")) return Promise.resolve(undefined)
    return this.whenPaused(stepOutWithin, () => {})
  }

  private whenPaused(within: number, again: () => void): Promise<PausedStack | undefined> {
    return new Promise((resolve) => {
      const until = performance.now() + within
      const timer = setInterval(
        () => {
          if (performance.now() >= until) this.paused?.(undefined)
          else again()
        },
        Math.max(1, Math.min(pauseAgainAfter, within))
      )
      this.paused = (stack) => {
        clearInterval(timer)
        this.paused = undefined
        resolve(stack)
      }
    })
  }

  /**
   * Reads the running thread without a pause, which would take seconds for a deep stack, and block this thread. `null` if the thread can be
   * paused, `undefined` if it runs no JavaScript.
   */
  private async readRunning(within: number): Promise<RunningStack | null | undefined> {
    const stack = await this.evaluateRunning(this.cuts ? deepAt : 0, within)
    return stack ?? (stack === null && !this.cuts ? { frames: [], count: 0 } : stack)
  }

  /** `undefined` if the thread does not answer, `null` if the stack is not so deep. */
  private async evaluateRunning(atLeast: number, within: number): Promise<RunningStack | null | undefined> {
    const params = { expression: runningStackExpression(atLeast), silent: true, returnByValue: true }
    const evaluated = await this.inspector.command("Runtime.evaluate", params, within)
    if (evaluated === undefined) return undefined
    return runningStackFrom(valueOf(evaluated))
  }

  private async evaluate(callFrameId: string, expression: string): Promise<unknown> {
    const params = { callFrameId, expression, silent: true, returnByValue: true }
    return valueOf(await this.inspector.command("Debugger.evaluateOnCallFrame", params, evaluateWithin))
  }

  private hasPaused(stack: PausedStack): void {
    // When memory runs out, V8 asks an enabled debugger instead of Node.js what to do, and then aborts the whole process.
    if (stack.reason === "OOM") this.outOfMemory()
    else if (this.paused === undefined) {
      // The pause came too late, or the code has a `debugger` statement.
      this.inspector.tell("Debugger.resume")
    } else this.paused(stack)
  }
}

/** The value of an expression. `undefined` if it threw, or was not evaluated. */
const valueOf = (evaluated: unknown): unknown => {
  // The answer is as the protocol has it.
  const { exceptionDetails, result } = (evaluated ?? {}) as { exceptionDetails?: unknown; result?: { value?: unknown } }
  return exceptionDetails === undefined ? result?.value : undefined
}
