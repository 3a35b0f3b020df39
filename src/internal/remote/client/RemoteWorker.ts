import type { StackFrame } from "../../../Errors.ts"
import type { WorkerEnd } from "../../executor/WorkerEnd.ts"
import { after, type Timer } from "../../after.ts"
import { clearTimeout, performance, setTimeout } from "../../timers.ts"
import type { Call, CallEnd, HostReply, Refusal } from "../Call.ts"
import { Kind, largestId, type ParentWord } from "../protocol.ts"
import { AbandonedImports } from "./AbandonedImports.ts"
import { Phase } from "./ClaimTable.ts"
import { Escalation } from "./Escalation.ts"
import { Heartbeat } from "./Heartbeat.ts"
import { KnownFunctions } from "./KnownFunctions.ts"
import { Outbox } from "./Outbox.ts"
import type { CallEntry, KnownFunction, Preempter, Transport, TransportOwner, TransportEnd } from "./Transport.ts"

/** How long a worker whose event loop has not answered for a while already may take to answer, in milliseconds. */
const lateAnswerWithin = 1
/** When to get ready for the case that a call is stuck. */
const prepareAfter = 1
/** The time to answer for a worker that is to end, which is in no hurry. */
const closeAnswerWithin = 1000

export interface RemoteWorkerOptions {
  /** The number of the worker, from 1 for each executor. */
  readonly id: number
  /** How long finalizers may take, in milliseconds. */
  readonly grace: number
  /** Gets what tasks tell of themselves, in order, and before the end of the call that it belongs to. */
  readonly onMessage?: ((message: unknown) => void) | undefined
}

/**
 * A worker in another thread or process: it does its calls in the order in which it was given them, at most `concurrency` at a time.
 *
 * The parent's side, whatever the worker is: which calls it has, how they end, how they are stopped, and which of them its
 * death is to be blamed on. All of it is synchronous bookkeeping. How bytes get there, and what force is, is the `Transport`'s.
 */
export class RemoteWorker implements TransportOwner {
  readonly id: number
  readonly transport: Transport
  /**
   * Set by the owner. Called once when the worker has ended though nobody closed it, after the `ended` of the calls that had begun.
   * `unbegun` are the others, in order: none of their code ran.
   */
  onDeath: (unbegun: ReadonlyArray<Call>, death: WorkerEnd) => void = () => {}
  /** A callback for each function that is called there for the first time. Set by the owner. */
  onCalled: (fn: KnownFunction) => void = () => {}
  /** A callback when the worker is given up and ended by force, long before `onDeath`. Set by the owner. */
  onGivenUp: () => void = () => {}
  /** A callback when the worker has more memory than it may. Set by the owner. */
  onOverMemory: () => void = () => {}
  /** A callback when the worker can take calls, or has ended before that. Set by the owner. */
  onStarted: (end: TransportEnd | undefined) => void = () => {}
  private readonly options: RemoteWorkerOptions
  /** The calls that it has, by their numbers, in the order in which they were pushed. */
  private readonly calls = new Map<number, CallEntry>()
  /** Calls for which there is no place yet. */
  private waiting: Array<CallEntry> = []
  /** Calls that were revoked, and keep their place until the worker has passed over them. */
  private readonly revoked = new Map<number, CallEntry>()
  private readonly functions = new KnownFunctions()
  private readonly outbox = new Outbox<CallEntry>((entries) => this.send(entries))
  private readonly heartbeat: Heartbeat
  private readonly imports: AbandonedImports
  // A random start: a task that forged replies would have to guess.
  private lastId = Math.floor(Math.random() * largestId)
  private state: "starting" | "open" | "closing" | "gone" = "starting"
  /** The reason why it takes no more calls, as it will not live for long. */
  private condemned: { readonly kind: WorkerEnd["kind"]; readonly reason: unknown } | undefined = undefined
  private isForced = false
  /** The worker ends as soon as nothing runs there. */
  private isRetiring = false
  private graceTimer: Timer | undefined
  /** Calls for which the worker was given up, and where they were. */
  private readonly stuckCalls = new Map<CallEntry, ReadonlyArray<StackFrame>>()
  /** Calls that wait for their cut. */
  private readonly toCut: Array<CallEntry> = []
  private isCutting = false
  /** A cut is under way, or was done and the worker has not said yet whether it is fit to go on. Nothing is sent to it meanwhile. */
  private isRecovering = false
  private isKeptAlive = true
  private closing: Escalation | undefined = undefined
  private readonly closed: Array<() => void> = []

  constructor(options: RemoteWorkerOptions, connect: (owner: TransportOwner) => Transport) {
    this.id = options.id
    this.options = options
    this.transport = connect(this)
    this.imports = new AbandonedImports(
      () => this.isRunning,
      () => this.giveUp("unresponsive", new Error("it did not finish importing a file that no task waited for"))
    )
    this.heartbeat = new Heartbeat({
      oldest: () => this.oldest,
      hasBegun: (entry) => this.hasReached(entry, Phase.begun),
      isWorking: () => this.isWorking,
      watchShare: (isPatient) => this.transport.watchShare(isPatient),
      ping: (count) => this.tell(Kind.ping, count),
      prepare: (on) => this.transport.preempter?.prepare(on),
      silent: () =>
        this.giveUp("unresponsive", new Error("the worker did not answer although no task was running there"))
    })
  }

  /** Whether the worker takes calls. `false` before the `ended` of the calls that end with it. */
  get isAlive(): boolean {
    return (this.state === "starting" || this.state === "open") && this.condemned === undefined
  }

  get isBusy(): boolean {
    return this.calls.size > 0
  }

  private get oldest(): CallEntry | undefined {
    for (const entry of this.calls.values()) return entry
    return undefined
  }

  private hasReached(entry: CallEntry, phase: Phase): boolean {
    if (!entry.isHanded || entry.sentWith === 0) return false
    const reached = this.transport.claims.phase(entry)
    return reached >= phase && reached !== Phase.revoked
  }

  /** Whether any of its calls has begun. */
  private get isRunning(): boolean {
    for (const entry of this.calls.values()) if (this.hasReached(entry, Phase.begun)) return true
    return false
  }

  private get isWorking(): boolean {
    for (const entry of this.calls.values()) if (this.hasReached(entry, Phase.starting)) return true
    return this.revoked.size > 0 && Array.from(this.revoked.keys()).some((id) => this.imports.has(id))
  }

  // ------------------------------------------------------------------- calls

  /** Hands over a call, which begins now if the worker has a place free, and is prefetched if not. `false` if the worker takes no more. */
  push(call: Call): boolean {
    if (!this.isAlive) return false
    const id = (call.id = this.nextId())
    const fn = this.functions.of(call.request)
    const entry = { id, slot: 0, token: 0, call, fn, isHanded: false, sentWith: 0, escalation: undefined }
    this.calls.set(id, entry)
    this.keepAlive(true)
    if (this.isHolding) this.waiting.push(entry)
    else this.hand(entry)
    // The time of the call begins as soon as the worker comes to it.
    if (fn.isWarm) call.called()
    return true
  }

  private nextId(): number {
    do this.lastId = (this.lastId % largestId) + 1
    while (this.calls.has(this.lastId) || this.revoked.has(this.lastId))
    return this.lastId
  }

  private get isHolding(): boolean {
    return this.isRecovering || this.waiting.length > 0 || !this.transport.claims.hasRoom
  }

  private hand(entry: CallEntry): void {
    this.transport.claims.hand(entry)
    entry.isHanded = true
    this.outbox.add(entry)
  }

  private handWaiting(): void {
    if (this.isRecovering || !this.isAlive) return
    let handed = 0
    while (handed < this.waiting.length && this.transport.claims.hasRoom) this.hand(this.waiting[handed++]!)
    if (handed > 0) this.waiting = this.waiting.slice(handed)
  }

  private send(entries: ReadonlyArray<CallEntry>): void {
    // Calls that were revoked meanwhile are not there any more.
    const wanted = entries.filter((entry) => this.calls.get(entry.id) === entry)
    if (wanted.length === 0 || this.state === "gone") return
    const start = performance.now()
    this.transport.send(wanted, this.refused)
    if (this.state === "open") this.heartbeat.watch(performance.now() - start)
  }

  private readonly refused = (entry: CallEntry, reason: unknown): void => this.end(entry, { _tag: "NotSent", reason })

  private tell(kind: ParentWord, id: number): void {
    // Messages keep their order.
    this.outbox.flush()
    this.transport.tell(kind, id)
  }

  private entryOf(call: Call): CallEntry | undefined {
    const entry = this.calls.get(call.id)
    return entry?.call === call ? entry : undefined
  }

  /** Revokes a call that has not begun: `true` means that none of its code ran or will run, and `ended` is not called. */
  revoke(call: Call): boolean {
    const entry = this.entryOf(call)
    return entry !== undefined && this.revokeEntry(entry)
  }

  private revokeEntry(entry: CallEntry): boolean {
    const { claims } = this.transport
    if (!entry.isHanded) this.waiting.splice(this.waiting.indexOf(entry), 1)
    else if (entry.sentWith !== 0) {
      const phase = claims.revoke(entry)
      if (phase === undefined) return false
      if (phase === Phase.starting) this.imports.watch(entry.id)
      if (phase === Phase.starting || claims.keepsRevoked) {
        this.revoked.set(entry.id, entry)
        entry.isHanded = false
      }
    }
    return this.settle(entry)
  }

  /** Whether the function of a call has been called in the worker. */
  hasCalled(call: Call): boolean {
    const entry = this.entryOf(call)
    const isAsGood = entry?.fn.isWarm === true && !this.transport.claims.tellsCalled
    return entry === undefined || this.hasReached(entry, isAsGood ? Phase.begun : Phase.called)
  }

  /** Strikes it out and ends what was under way to stop it. `false` if that had been done before. */
  private settle(entry: CallEntry): boolean {
    if (!this.calls.delete(entry.id)) return false
    if (entry.isHanded) this.transport.claims.release(entry)
    if (entry.escalation !== undefined) {
      entry.escalation.cancel()
      this.transport.preempter?.look()
      this.stuckCalls.delete(entry)
    }
    if (this.waiting.length > 0) this.handWaiting()
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
    if (!yes && this.state !== "open") return
    this.isKeptAlive = yes
    this.transport.keepAlive(yes)
  }

  // ----------------------------------------------------------- from the worker

  replied(id: number, reply: HostReply): void {
    const entry = this.calls.get(id)
    if (entry === undefined) return
    if (reply._tag === "Success" && !entry.fn.isWarm) this.warmedUp(entry.fn)
    this.end(entry, reply)
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
    return Array.from(this.calls.values()).filter((entry) => entry.sentWith === message)
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
        return this.recovered()
      case Kind.unrecoverable:
        return this.retire()
      case Kind.overMemory:
        return this.onOverMemory()
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
    for (const [other, { call }] of this.calls) if (id === undefined || id === other) call.stream?.unreadable(reason)
  }

  private reported(id: number, wires: unknown): void {
    const entry = this.calls.get(id)
    if (entry !== undefined) this.orGiveUp(entry, () => entry.call.reported?.(wires))
  }

  /** A worker of ours sends nothing that this throws at. What else has come of the call counts for nothing. */
  private orGiveUp(entry: CallEntry, receive: () => void): void {
    try {
      receive()
    } catch (reason) {
      this.giveUp("crashed", reason)
      this.end(entry, { _tag: "Crashed", exitCode: undefined, signal: undefined, stderr: "", reason })
    }
  }

  /** The reader of the call's stream has room for so many more elements. */
  demand(call: Call, count: number): void {
    const entry = this.entryOf(call)
    if (entry === undefined || entry.sentWith === 0 || this.state === "gone") return
    this.transport.demand(entry.id, count)
  }

  private called(id: number): void {
    const fn = this.calls.get(id)?.fn
    if (fn === undefined || fn.isWarm) return
    this.warmedUp(fn)
    for (const entry of this.calls.values()) if (entry.fn === fn) entry.call.called()
  }

  private warmedUp(fn: KnownFunction): void {
    fn.isWarm = true
    this.onCalled(fn)
  }

  /** The worker has come to a call that was revoked, or did not run it as it was asked to stop it. */
  private revokedThere(id: number): void {
    const revoked = this.revoked.get(id)
    const entry = this.calls.get(id)
    if (entry !== undefined) return this.end(entry, { _tag: "Revoked" })
    if (revoked === undefined) return
    this.revoked.delete(id)
    this.imports.ended(id)
    this.transport.claims.release(revoked)
    this.handWaiting()
  }

  private started(): void {
    if (this.state !== "starting") return
    this.state = "open"
    if (this.calls.size === 0) this.keepAlive(false)
    else this.heartbeat.watch(0)
    this.onStarted(undefined)
  }

  // ---------------------------------------------------------------- stopping

  /**
   * Stops a call that may have begun, by escalation; `ended` tells how it came out. If it had not begun that is "Revoked";
   * if the worker had to be given up for it, `onDeath` is called as well.
   */
  stop(call: Call): void {
    const entry = this.entryOf(call)
    if (entry === undefined || entry.escalation !== undefined) return
    if (this.revokeEntry(entry)) return call.ended({ _tag: "Revoked" })
    const { preempter } = this.transport
    const { isLate } = this.heartbeat
    const isKnownLate = isLate && preempter !== undefined
    const share = isKnownLate ? undefined : this.transport.watchShare(false)
    entry.escalation = new Escalation(
      { answer: isKnownLate ? lateAnswerWithin : this.transport.answerWithin, grace: this.options.grace },
      {
        ask: () => this.tell(Kind.interrupt, entry.id),
        force: () => this.force(entry),
        ...(share === undefined ? {} : { hadEnough: () => share.hadEnough })
      }
    )
    if (preempter === undefined) return
    setTimeout(() => {
      if (this.calls.get(entry.id) === entry && entry.escalation?.isAnswered === false) preempter.prepare(true)
    }, prepareAfter)
  }

  private force(entry: CallEntry): void {
    const { preempter } = this.transport
    if (preempter === undefined || this.state === "gone") return this.condemn(entry, [])
    this.toCut.push(entry)
    if (!this.isCutting) void this.cutAll(preempter)
  }

  private async cutAll(preempter: Preempter): Promise<void> {
    this.isCutting = true
    for (let entry = this.toCut.shift(); entry !== undefined; entry = this.toCut.shift()) {
      await this.cut(entry, preempter)
    }
    this.isCutting = false
  }

  private async cut(entry: CallEntry, preempter: Preempter): Promise<void> {
    const isNeeded = (): boolean => {
      // The reply may be on the way, or the answer to the question.
      this.transport.receive()
      return !this.isForced && this.calls.get(entry.id) === entry && entry.escalation?.isForcing === true
    }
    this.isRecovering = true
    // Counted only where the worker does not answer: to begin takes some of the time that a cut does.
    let share: ReturnType<Transport["watchShare"]> | undefined
    const hadEnough = () => (share ??= this.transport.watchShare(true)).hadEnough
    const isIdle = entry.escalation?.isAnswered === true
    const result = await preempter.cut({ isNeeded, isIdle, hadEnough, target: entry.id })
    if (this.isGone) return
    if (result._tag === "Cut") {
      this.tell(Kind.wasCut, entry.id)
      return this.end(entry, { _tag: "Stopped", stuckAt: result.stuckAt })
    }
    if (result._tag === "Impossible" && isNeeded()) this.condemn(entry, result.stuckAt)
    this.recovered()
  }

  private get isGone(): boolean {
    return this.state === "gone"
  }

  private recovered(): void {
    this.isRecovering = false
    this.handWaiting()
  }

  /** The call cannot be stopped without its worker. */
  private condemn(entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>): void {
    if (this.calls.get(entry.id) !== entry) return
    this.stuckCalls.set(entry, stuckAt)
    const task = JSON.stringify(entry.call.request.task)
    this.giveUp("stopped", new Error(`the worker was killed to stop the task ${task}, which did not end when asked`))
  }

  private giveUp(kind: WorkerEnd["kind"], reason: unknown): void {
    this.condemned ??= { kind, reason }
    if (this.isForced) return
    this.forceEnd()
    this.onGivenUp()
  }

  private forceEnd(): void {
    if (this.isForced || this.state === "gone") return
    this.isForced = true
    this.keepAlive(true)
    this.transport.force(this.condemned?.reason)
  }

  /**
   * A cut has taken the microtasks of the other calls that are under way, and nobody can tell which of them wait for one now.
   * Those calls may end by themselves within `grace`; nothing else begins there.
   */
  private retire(): void {
    if (this.condemned !== undefined || this.state !== "open") return
    const reason = new Error(
      "the task waited for something that was lost when another task in the same worker was cut off"
    )
    this.condemned = { kind: "stopped", reason }
    for (const entry of this.calls.values()) if (entry.isHanded) this.transport.claims.revoke(entry)
    this.isRetiring = true
    this.graceTimer = after(this.options.grace, () => this.forceEnd())
    this.endIfNothingRuns()
  }

  private endIfNothingRuns(): void {
    if (!this.isRunning) this.forceEnd()
  }

  // --------------------------------------------------------------------- end

  /** Ends the worker in good order if it can, and by force if not. `done` is called when nothing of it is left. */
  close(done: () => void): void {
    if (this.state === "gone") return this.whenReleased(done)
    this.closed.push(done)
    if (this.state === "closing") return
    const wasStarting = this.state === "starting"
    this.keepAlive(true)
    this.state = "closing"
    for (const entry of this.calls.values()) if (this.revokeEntry(entry)) entry.call.ended({ _tag: "Revoked" })
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
    this.closing?.cancel()
    clearTimeout(this.graceTimer)
    this.heartbeat.close()
    this.imports.close()
    if (before === "starting") this.onStarted(end)
    this.settleAll(end, before === "closing")
    for (const done of this.closed) this.whenReleased(done)
  }

  private settleAll(end: TransportEnd, wasClosing: boolean): void {
    const left = Array.from(this.calls.values())
    const running = left.filter((entry) => this.hasReached(entry, Phase.begun))
    // If it was the worker that ended of itself, the file that it was loading may be to blame, and is not tried again and again;
    // but what ran there rather than what others were loading.
    const isLoadingToBlame = !wasClosing && !this.isForced && running.length === 0
    const begun = isLoadingToBlame ? left.filter((entry) => this.hasReached(entry, Phase.starting)) : running
    const unbegun = left.filter((entry) => !begun.includes(entry))
    const ends = begun.map((entry) => [entry.call, this.endOf(entry, end, wasClosing)] as const)
    for (const entry of left) entry.escalation?.cancel()
    this.calls.clear()
    for (const [call, how] of ends) call.ended(how)
    if (wasClosing) for (const { call } of unbegun) call.ended({ _tag: "Revoked" })
    else {
      const { kind = "crashed", reason } = this.condemned ?? {}
      const { exitCode, signal, stderr } = end
      this.onDeath(
        unbegun.map((entry) => entry.call),
        { kind, exitCode, signal, stderr, error: end.reason ?? reason }
      )
    }
  }

  private endOf(entry: CallEntry, end: TransportEnd, wasClosing: boolean): CallEnd {
    const stuckAt = this.stuckCalls.get(entry)
    const isStopped = entry.escalation !== undefined || (wasClosing && (this.isForced || end.exitCode === 0))
    if (stuckAt !== undefined || isStopped) return { _tag: "Stopped", stuckAt: stuckAt ?? [] }
    return { _tag: "Crashed", ...end, reason: end.reason ?? this.condemned?.reason }
  }
}

/** Foreign code has thrown: its error is thrown again where it does no harm to what goes on here. */
const throwLater = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })
