import type { StackFrame } from "../../../Errors.ts"
import { unknownExit, type WorkerEnd } from "../../executor/workers/WorkerEnd.ts"
import { after, type Timer } from "./realTime.ts"
import { clearTimeout, performance, setImmediate, setTimeout } from "../../timers.ts"
import type { Call, CallEnd, HostReply, Refusal } from "../Call.ts"
import { Kind, type ParentWord } from "../protocol.ts"
import { AbandonedImports } from "./AbandonedImports.ts"
import { CallTable } from "./CallTable.ts"
import { Phase } from "./ClaimTable.ts"
import { Cuts } from "./Cuts.ts"
import { Escalation } from "./Escalation.ts"
import { Heartbeat } from "./Heartbeat.ts"
import { Outbox } from "./Outbox.ts"
import type { CallEntry, KnownFunction, Transport, TransportOwner, TransportEnd } from "./Transport.ts"
import { afterDeath } from "./workerDeath.ts"

/** How long a worker may take to answer whose event loop has been silent for a while, in milliseconds. */
const lateAnswerWithin = 1
/** When to prepare for the case that a call is stuck, in milliseconds. */
const prepareAfter = 1
/** How long a program waits at its end for the output of a worker that does not answer, in milliseconds. */
const flushWithin = 2000
/** How long a worker that is closed may take to answer, which is not urgent. */
const closeAnswerWithin = 1000

export interface RemoteWorkerOptions {
  /** The number of the worker, from 1 for each executor. */
  readonly id: number
  /** How long finalizers may take, in milliseconds. */
  readonly grace: number
  /** Gets the telemetry of tasks, in order, and before the end of their calls. */
  readonly onMessage?: ((message: unknown) => void) | undefined
}

/** The callbacks of a worker's owner. */
interface WorkerOwner {
  /**
   * The worker has ended, and nobody closed it. Called once, after the `ended` of the calls that had begun. `unbegun` are the others, in
   * order: none of their code ran.
   */
  onDeath(unbegun: ReadonlyArray<Call>, death: WorkerEnd): void
  /** A function is called in the worker for the first time. */
  onCalled(fn: KnownFunction): void
  /** The worker is given up and ended by force, long before `onDeath`. */
  onGivenUp(): void
  /** The worker has more memory than it may. */
  onOverMemory(): void
  /** The worker can take calls, or has ended before that. */
  onStarted(end: TransportEnd | undefined): void
}

/**
 * A worker in another thread or process. It does its calls in their order, at most `concurrency` at a time.
 *
 * The parent's side, whatever the worker is: which calls it has, how they end, how they are stopped, and which of them its death is blamed
 * on. All of it is synchronous bookkeeping. The `Transport` knows how bytes get there, and what force is.
 */
export class RemoteWorker implements TransportOwner {
  readonly id: number
  readonly transport: Transport
  private owner: WorkerOwner = { onDeath() {}, onCalled() {}, onGivenUp() {}, onOverMemory() {}, onStarted() {} }
  private readonly options: RemoteWorkerOptions
  private readonly calls: CallTable
  private readonly cuts: Cuts
  private readonly outbox = new Outbox<CallEntry>((entries) => this.send(entries))
  private readonly heartbeat: Heartbeat
  private readonly imports: AbandonedImports
  private state: "starting" | "open" | "closing" | "gone" = "starting"
  /** Why it takes no more calls: it will not live long. */
  private condemned: { readonly kind: WorkerEnd["kind"]; readonly reason: unknown } | undefined = undefined
  private isForced = false
  /** The worker ends as soon as no call runs there. */
  private isRetiring = false
  private graceTimer: Timer | undefined
  /** Calls that are being cut, or for which the worker was given up, and where each was stuck. */
  private readonly stuckCalls = new Map<CallEntry, ReadonlyArray<StackFrame>>()
  private isKeptAlive = true
  /** Whether tasks may have printed something that has not left the worker. */
  private mayHavePrinted = true
  private flushTimer: Timer | undefined
  private closing: Escalation | undefined = undefined
  private readonly closed: Array<() => void> = []

  constructor(options: RemoteWorkerOptions, connect: (owner: TransportOwner) => Transport) {
    this.id = options.id
    this.options = options
    this.transport = connect(this)
    this.imports = new AbandonedImports(
      () => this.calls.isRunning,
      () => this.giveUp("unresponsive", new Error("it did not finish importing a file that no task waited for"))
    )
    this.cuts = new Cuts({
      isNeeded: (entry) => this.mustCut(entry),
      watchShare: (isPatient) => this.transport.watchShare(isPatient),
      isAbout: (entry, stuckAt) => this.stuckCalls.set(entry, stuckAt),
      wasCut: (entry, stuckAt) => this.wasCut(entry, stuckAt),
      isImpossible: (entry, stuckAt) => this.condemn(entry, stuckAt),
      recovered: () => this.calls.handWaiting()
    })
    this.calls = new CallTable(
      this.transport.claims,
      this.outbox,
      this.imports,
      () => this.isAlive && !this.cuts.isRecovering
    )
    this.heartbeat = new Heartbeat({
      oldest: () => this.calls.oldest,
      hasBegun: (entry) => this.calls.hasReached(entry, Phase.begun),
      isWorking: () => this.calls.isWorking,
      watchShare: (isPatient) => this.transport.watchShare(isPatient),
      ping: (count) => this.tell(Kind.ping, count),
      prepare: (on) => this.transport.preempter?.prepare(on),
      silent: () =>
        this.giveUp("unresponsive", new Error("the worker did not answer although no task was running there"))
    })
  }

  /** Replaces the callbacks that are given, and keeps the others. */
  ownedBy(owner: Partial<WorkerOwner>): void {
    this.owner = { ...this.owner, ...owner }
  }

  /** Whether the worker takes calls. `false` before the `ended` of the calls that end with it. */
  get isAlive(): boolean {
    return (this.state === "starting" || this.state === "open") && this.condemned === undefined
  }

  get isBusy(): boolean {
    return this.calls.size > 0
  }

  // ------------------------------------------------------------------- calls

  /**
   * Hands over a call. It begins now if the worker has a free place, and is prefetched otherwise. `false` if the worker takes no more
   * calls.
   */
  push(call: Call): boolean {
    if (!this.isAlive) return false
    const { fn } = this.calls.add(call)
    this.keepAlive(true)
    this.mayHavePrinted = true
    // The worker does not report the calls of a function that it has called before. So the call counts as called from now on.
    if (fn.isWarm) call.called()
    return true
  }

  private send(entries: ReadonlyArray<CallEntry>): void {
    // Calls that were revoked in the meantime are left out.
    const wanted = entries.filter((entry) => this.calls.has(entry))
    if (wanted.length === 0 || this.state === "gone") return
    const start = performance.now()
    this.transport.send(wanted, this.refused)
    if (this.state === "open") this.heartbeat.watch(performance.now() - start)
  }

  private readonly refused = (entry: CallEntry, reason: unknown): void => this.end(entry, { _tag: "NotSent", reason })

  private tell(kind: ParentWord, id: number): void {
    // Flushed first, so that messages keep their order.
    this.outbox.flush()
    this.transport.tell(kind, id)
  }

  /** Revokes a call that has not begun. `true` means that none of its code ran or will run, and that `ended` is not called. */
  revoke(call: Call): boolean {
    const entry = this.calls.of(call)
    return entry !== undefined && this.revokeEntry(entry)
  }

  private revokeEntry(entry: CallEntry): boolean {
    return this.calls.revoke(entry) && this.settle(entry)
  }

  /** Whether the function of a call has been called in the worker. */
  hasCalled(call: Call): boolean {
    const entry = this.calls.of(call)
    return entry === undefined || this.calls.hasCalled(entry)
  }

  /** Removes the call, and ends the escalation that was to stop it. `false` if that was done before. */
  private settle(entry: CallEntry): boolean {
    if (!this.calls.delete(entry)) return false
    if (entry.escalation !== undefined) {
      entry.escalation.cancel()
      this.transport.preempter?.look()
      this.stuckCalls.delete(entry)
    }
    this.calls.handWaiting()
    if (this.calls.size === 0) this.keepAlive(false)
    if (this.isRetiring) this.endIfNothingRuns()
    return true
  }

  private end(entry: CallEntry, end: CallEnd): void {
    if (!this.settle(entry)) return
    try {
      entry.call.ended(end)
    } catch (error) {
      throwLater(error)
    }
  }

  private keepAlive(yes: boolean): void {
    if (this.isKeptAlive === yes || this.state === "gone") return
    if (!yes && (this.state !== "open" || this.flushTimer !== undefined)) return
    this.isKeptAlive = yes
    this.transport.keepAlive(yes)
  }

  // ----------------------------------------------------------- from the worker

  replied(id: number, reply: HostReply): void {
    const entry = this.calls.get(id)
    if (entry === undefined) return
    if (reply._tag === "Success" && !entry.fn.isWarm) this.warmedUp(entry.fn)
    const stuckAt = reply._tag === "Interrupted" ? this.stuckCalls.get(entry) : undefined
    this.end(entry, stuckAt === undefined ? reply : { _tag: "Stopped", stuckAt })
    this.outbox.flushEnough()
  }

  unreadable(id: number, refusal: Refusal): void {
    const entry = this.calls.get(id)
    if (entry !== undefined) this.end(entry, { _tag: "Unreadable", ...refusal })
  }

  entry(id: number): CallEntry | undefined {
    return this.calls.get(id)
  }

  sentWith(message: number): ReadonlyArray<CallEntry> {
    return Array.from(this.calls).filter((entry) => entry.sentWith === message)
  }

  received(kind: Kind, id: number, value?: unknown): void {
    switch (kind) {
      case Kind.answer:
        return id === 0 ? this.closing?.answered() : this.calls.get(id)?.escalation?.answered()
      case Kind.message:
        return this.deliver(value)
      case Kind.elements:
        return this.elements(id, value)
      case Kind.report:
        return this.reported(id, value)
      case Kind.pong:
        return this.heartbeat.answered(id)
      case Kind.called:
        return this.called(id)
      case Kind.revoked:
        return this.revokedThere(id)
      case Kind.ready:
        return this.started()
      case Kind.recovered:
        return this.cuts.recovered()
      case Kind.unrecoverable:
        return this.retire()
      case Kind.flushed:
        return void this.transport.outputRead().then(() => this.flushed())
      case Kind.overMemory:
        return this.owner.onOverMemory()
    }
  }

  private deliver(message: unknown): void {
    try {
      this.options.onMessage?.(message)
    } catch (error) {
      throwLater(error)
    }
  }

  private elements(id: number, wire: unknown): void {
    const entry = this.calls.get(id)
    if (entry === undefined) return
    this.orGiveUp(entry, () => {
      if (entry.call.stream?.received(wire) !== true)
        throw new Error("it sent more elements of a stream than were requested")
    })
  }

  unreadableElements(reason: unknown, id?: number): void {
    for (const entry of this.calls) if (id === undefined || id === entry.id) entry.call.stream?.unreadable(reason)
  }

  private reported(id: number, wires: unknown): void {
    const entry = this.calls.get(id)
    if (entry !== undefined) this.orGiveUp(entry, () => entry.call.reported?.(wires))
  }

  /** Receives a message about a call. If that throws, a task has forged the message, and the worker is given up. */
  private orGiveUp(entry: CallEntry, receive: () => void): void {
    try {
      receive()
    } catch (reason) {
      this.giveUp("crashed", reason)
      this.end(entry, { _tag: "Crashed", ...unknownExit, reason })
    }
  }

  /** The reader of the call's stream has room for more elements. */
  demand(call: Call, count: number): void {
    const entry = this.calls.of(call)
    if (entry === undefined || entry.sentWith === 0 || this.state === "gone") return
    this.transport.demand(entry.id, count)
  }

  private called(id: number): void {
    const fn = this.calls.get(id)?.fn
    if (fn === undefined || fn.isWarm) return
    this.warmedUp(fn)
    for (const entry of this.calls) if (entry.fn === fn) entry.call.called()
  }

  private warmedUp(fn: KnownFunction): void {
    fn.isWarm = true
    this.owner.onCalled(fn)
  }

  /** The worker has passed over a revoked call, or was asked to stop it before it began. */
  private revokedThere(id: number): void {
    const entry = this.calls.get(id)
    if (entry !== undefined) this.end(entry, { _tag: "Revoked" })
    else this.calls.releaseRevoked(id)
  }

  private started(): void {
    if (this.state !== "starting") return
    this.state = "open"
    if (this.calls.size === 0) this.keepAlive(false)
    else this.heartbeat.watch(0)
    this.owner.onStarted(undefined)
  }

  // ---------------------------------------------------------------- stopping

  /**
   * Stops a call that may have begun, by escalation. `ended` gets the outcome, which is "Revoked" if it had not begun. If the worker had to
   * be given up for it, `onDeath` is called as well.
   */
  stop(call: Call): void {
    const entry = this.calls.of(call)
    if (entry === undefined || entry.escalation !== undefined) return
    if (this.revokeEntry(entry)) return call.ended({ _tag: "Revoked" })
    const { heartbeat, transport } = this
    const { preempter } = transport
    const { isLate } = heartbeat
    // Asking the system about a thread takes time, and a late worker has usually had enough.
    let share = isLate ? undefined : transport.watchShare(false)
    entry.escalation = new Escalation(
      { answer: isLate ? lateAnswerWithin : transport.answerWithin, grace: this.options.grace },
      {
        ask: () => this.tell(Kind.interrupt, entry.id),
        force: () => this.force(entry),
        // A pong that has arrived is read before this is called.
        hadEnough: () => heartbeat.isLate || (share ??= transport.watchShare(false)).hadEnough
      }
    )
    if (preempter === undefined) return
    setTimeout(() => {
      if (this.calls.has(entry) && entry.escalation?.isAnswered === false) preempter.prepare(true)
    }, prepareAfter)
  }

  private force(entry: CallEntry): void {
    const { preempter } = this.transport
    if (preempter === undefined || this.state === "gone") return this.condemn(entry, [])
    this.cuts.add(entry, preempter)
  }

  private mustCut(entry: CallEntry): boolean {
    // The reply, or the answer to the question, may have arrived.
    this.transport.receive()
    return !this.isForced && this.calls.has(entry) && entry.escalation?.isForcing === true
  }

  private wasCut(entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>): void {
    this.tell(Kind.wasCut, entry.id)
    this.end(entry, { _tag: "Stopped", stuckAt })
  }

  /** The call cannot be stopped without ending its worker. */
  private condemn(entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>): void {
    if (!this.calls.has(entry)) return
    this.stuckCalls.set(entry, stuckAt)
    const task = JSON.stringify(entry.call.request.task)
    this.giveUp("stopped", new Error(`the worker was killed to stop the task ${task}, which did not end when asked`))
  }

  private giveUp(kind: WorkerEnd["kind"], reason: unknown): void {
    this.condemned ??= { kind, reason }
    if (this.isForced) return
    this.forceEnd()
    this.owner.onGivenUp()
  }

  private forceEnd(): void {
    if (this.isForced || this.state === "gone") return
    this.isForced = true
    this.keepAlive(true)
    this.transport.force(this.condemned?.reason)
  }

  /**
   * A cut has discarded the microtasks of the other calls, and it is not known which of them wait for one. They may end by themselves
   * within `grace`, but nothing else begins there.
   */
  private retire(): void {
    if (this.condemned !== undefined || this.state !== "open") return
    const reason = new Error(
      "the task waited for something that was lost when another task in the same worker was cut off"
    )
    this.condemned = { kind: "stopped", reason }
    this.calls.revokeUnbegun()
    this.isRetiring = true
    this.graceTimer = after(this.options.grace, () => this.forceEnd())
    this.endIfNothingRuns()
  }

  private endIfNothingRuns(): void {
    if (!this.calls.isRunning) this.forceEnd()
  }

  // --------------------------------------------------------------------- end

  /** Keeps the program alive until everything has been passed on that the worker's tasks have printed. */
  flush(): void {
    if (this.state !== "open" || !this.isAlive || !this.mayHavePrinted) return
    this.mayHavePrinted = false
    this.flushTimer = after(flushWithin, () => setImmediate(() => this.flushed()))
    this.keepAlive(true)
    this.tell(Kind.flush, 0)
  }

  private flushed(): void {
    clearTimeout(this.flushTimer)
    this.flushTimer = undefined
    if (this.calls.size === 0) this.keepAlive(false)
  }

  /** Ends the worker, by force if necessary. `done` is called when everything of it is released. */
  close(done: () => void): void {
    if (this.state === "gone") return this.whenReleased(done)
    this.closed.push(done)
    if (this.state === "closing") return
    const wasStarting = this.state === "starting"
    this.keepAlive(true)
    this.state = "closing"
    for (const entry of this.calls) if (this.revokeEntry(entry)) entry.call.ended({ _tag: "Revoked" })
    if (wasStarting) return this.forceEnd()
    this.closing = new Escalation(
      { answer: Math.min(closeAnswerWithin, this.options.grace), grace: this.options.grace },
      { ask: () => this.tell(Kind.close, 0), force: () => this.forceEnd() }
    )
  }

  private whenReleased(done: () => void): void {
    void this.transport.released.then(done)
  }

  gone(end: TransportEnd): void {
    const before = this.state
    this.state = "gone"
    this.outbox.clear()
    this.cuts.close()
    this.closing?.cancel()
    clearTimeout(this.graceTimer)
    clearTimeout(this.flushTimer)
    this.heartbeat.close()
    this.imports.close()
    if (before === "starting") this.owner.onStarted(end)
    this.settleAll(end, before === "closing")
    for (const done of this.closed) this.whenReleased(done)
  }

  private settleAll(end: TransportEnd, wasClosing: boolean): void {
    const { kind = "crashed", reason } = this.condemned ?? {}
    const { isForced: wasForced, stuckCalls } = this
    const { begun, unbegun } = afterDeath(this.calls, { end, wasClosing, wasForced, reason, stuckCalls })
    for (const entry of this.calls) entry.escalation?.cancel()
    this.calls.clear()
    for (const [call, how] of begun) call.ended(how)
    if (wasClosing) for (const call of unbegun) call.ended({ _tag: "Revoked" })
    else {
      const { exitCode, signal, stderr } = end
      this.owner.onDeath(unbegun, { kind, exitCode, signal, stderr, error: end.reason ?? reason })
    }
  }
}

/** User code has thrown. The error is thrown again where it does not disturb the bookkeeping. */
const throwLater = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })
