import type { HostReply, CallRequest, Refusal } from "../Call.ts"
import { refusedReply } from "../codec/refusedPart.ts"
import { forgetCurrentFiber } from "../../effectInternals.ts"
import { performance, setImmediate } from "../../timers.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"
import { Kind } from "../protocol.ts"
import type { CallEvents, CallRunner, RunningCall } from "./CallRunner.ts"
import type { HostTransport, IncomingCall } from "./HostTransport.ts"
import type { MemoryWatch } from "./MemoryWatch.ts"
import { ReportSender } from "./ReportSender.ts"

/** How long calls that end at once are done one after the other, before the event loop gets a turn. */
const turnMillis = 2

/** A call in this worker. */
class LoopCall implements CallEvents {
  readonly incoming: IncomingCall
  request: CallRequest | undefined = undefined
  running: RunningCall | undefined = undefined
  isCalled = false
  hasEnded = false
  /** The demand for its stream from the time before the stream existed. */
  earlyDemand = 0
  private readonly loop: WorkerLoop

  constructor(incoming: IncomingCall, loop: WorkerLoop) {
    this.incoming = incoming
    this.loop = loop
  }

  called(isFirst: boolean): void {
    if (this.isCalled) return
    this.isCalled = true
    const { host } = this.loop
    host.claims.called(this.incoming)
    // Later calls of a function are not reported. The parent checks the claims if a call seems to take too long.
    if (isFirst) host.tell(Kind.called, this.incoming.id)
  }

  elements(wire: WireArgs, transfer: ReadonlyArray<unknown>): void {
    if (this.isOver) return
    // Reports come before the result.
    this.loop.reports.flush(this.incoming.id)
    this.loop.host.elements(this.incoming.id, wire, transfer)
  }

  report(wire: WireArgs): void {
    if (!this.isOver) this.loop.reports.add(this.incoming.id, wire)
  }

  ended(reply: HostReply, transfer: ReadonlyArray<unknown>): void {
    if (this.isOver) return
    this.hasEnded = true
    this.loop.ended(this, reply, transfer)
  }

  /** Whether the call has ended. Parts of a cut call may still go on. */
  private get isOver(): boolean {
    return this.hasEnded || !this.loop.has(this)
  }

  demand(count: number): void {
    if (this.running === undefined) this.earlyDemand += count
    else this.running.demand?.(count)
  }
}

/**
 * The loop of a worker. It does the calls in their order, at most `concurrency` at a time.
 *
 * A cut may end the JavaScript stack between any two lines that run during a call, and no `finally` runs. So state that is set and reset in
 * pairs (`isPumping`) is put right by the message that follows each cut.
 */
export class WorkerLoop {
  readonly host: HostTransport
  private readonly runner: CallRunner
  private readonly concurrency: number
  private readonly memory: MemoryWatch | undefined
  /** Calls that have not begun yet. */
  private queue: Array<LoopCall> = []
  private next = 0
  private readonly begun = new Map<number, LoopCall>()
  readonly reports: ReportSender
  /** Calls that have a place and wait for their file. They can still be revoked. */
  private readonly loading = new Set<LoopCall>()
  private isPumping = false
  private isPumpDue = false
  private isClosing = false
  /** Whether a cut may have made the present calls wait for ever. The parent gives them some time, and then ends this worker. */
  private isUnrecoverable = false
  /** Whether it is still being found out what the last cut has broken. */
  private isUnsure = false

  constructor(host: HostTransport, runner: CallRunner, concurrency: number, memory?: MemoryWatch) {
    this.host = host
    this.runner = runner
    this.concurrency = concurrency
    this.memory = memory
    this.reports = new ReportSender(host)
  }

  get isIdle(): boolean {
    return (
      this.begun.size === 0 &&
      this.loading.size === 0 &&
      this.next === this.queue.length &&
      !this.isPumpDue &&
      !this.isClosing
    )
  }

  /** A call has arrived. `pump` must follow. */
  accept(incoming: IncomingCall): void {
    this.queue.push(new LoopCall(incoming, this))
  }

  received(kind: Kind, id: number, value?: unknown): void {
    switch (kind) {
      case Kind.demand:
        // The parent sends nothing else with this kind.
        return this.demand(id, value as number)
      case Kind.interrupt:
        return this.interrupt(id)
      case Kind.wasCut:
        return this.recover(id)
      case Kind.ping:
        return this.host.tell(Kind.pong, id)
      case Kind.flush:
        return void this.host.flush().then(() => this.host.tell(Kind.flushed, 0))
      case Kind.close:
        this.host.tell(Kind.answer, 0)
        return this.close()
    }
  }

  private get beginsCalls(): boolean {
    return !this.isClosing && !this.isUnrecoverable && !this.isUnsure
  }

  // ------------------------------------------------------------------- calls

  /** Begins as many calls as possible. */
  readonly pump = (): void => {
    if (this.isPumping) return
    this.isPumping = true
    const until = performance.now() + turnMillis
    while (this.begun.size + this.loading.size < this.concurrency && this.beginsCalls) {
      if (this.next === this.queue.length) {
        this.queue = []
        this.next = 0
        if (!this.host.receive()) break
        continue
      }
      const call = this.queue[this.next]!
      if (performance.now() > until) {
        this.pumpSoon()
        break
      }
      this.next++
      this.begin(call)
    }
    this.isPumping = false
    if (this.isIdle) this.host.idle()
  }

  /** Pumps after everything that waits for its turn in the event loop, such as an uncaught error. */
  private pumpSoon(): void {
    if (this.isPumpDue) return
    this.isPumpDue = true
    setImmediate(() => {
      this.isPumpDue = false
      this.pump()
    })
  }

  private begin(call: LoopCall): void {
    const loaded = this.runner.load?.(call.incoming)
    if (loaded === undefined) this.claim(call)
    else if (this.host.claims.start(call.incoming)) {
      this.loading.add(call)
      void loaded.then(() => this.loaded(call))
    } else this.passOver(call)
  }

  private loaded(call: LoopCall): void {
    // While it is being found out what a cut has broken, loaded calls wait for `lookForDamage`.
    if (this.isUnsure || !this.loading.delete(call)) return
    if (!this.beginsCalls) return
    // The parent waits for the import to end, even if the call was revoked.
    if (!this.claim(call) && !this.host.claims.tellsRevoked) this.host.tell(Kind.revoked, call.incoming.id)
    this.pump()
  }

  private claim(call: LoopCall): boolean {
    call.isCalled = !call.incoming.isLarge && (this.runner.isWarm?.(call.incoming) ?? true)
    const isOurs = this.host.claims.begin(call.incoming, call.isCalled)
    if (isOurs) this.run(call)
    else this.passOver(call)
    return isOurs
  }

  private passOver({ incoming }: LoopCall): void {
    if (this.host.claims.tellsRevoked) this.host.tell(Kind.revoked, incoming.id)
  }

  private run(call: LoopCall): void {
    const { id } = call.incoming
    this.begun.set(id, call)
    const request = call.incoming.read()
    if ("reason" in request) {
      this.host.unreadable(id, request)
      return this.forget(call)
    }
    call.request = request
    call.running = this.host.run(id, this.runRequest, call)
    if (call.earlyDemand > 0) this.host.run(id, askEarly, call)
  }

  private demand(id: number, count: number): void {
    const call = this.begun.get(id) ?? this.unbegun(id)
    // The call runs in its own asynchronous context, and not in that of the message.
    if (call !== undefined) this.host.run(id, (call: LoopCall) => call.demand(count), call)
  }

  private unbegun(id: number): LoopCall | undefined {
    const isIt = (call: LoopCall) => call.incoming.id === id
    return Array.from(this.loading).find(isIt) ?? this.queue.slice(this.next).find(isIt)
  }

  private readonly runRequest = (call: LoopCall): RunningCall => this.runner.run(call.request!, call)

  has(call: LoopCall): boolean {
    return this.begun.get(call.incoming.id) === call
  }

  ended(call: LoopCall, reply: HostReply, transfer: ReadonlyArray<unknown>): void {
    this.reports.flush(call.incoming.id)
    // Memory is reported ahead of the reply, after which the parent sends the next call.
    if (this.memory?.isOver() === true) this.host.tell(Kind.overMemory, 0)
    try {
      this.host.reply(call.incoming.id, reply, transfer)
    } catch (reason) {
      this.host.unreadable(call.incoming.id, refusalOf(reply, reason))
    }
    this.forget(call)
  }

  private forget(call: LoopCall): void {
    this.host.claims.end(call.incoming)
    this.begun.delete(call.incoming.id)
    // The pump runs later, because the call's own code may still be on the stack.
    if (!this.isPumping) void Promise.resolve().then(this.pump)
  }

  // ---------------------------------------------------------------- stopping

  private interrupt(id: number): void {
    const call = this.begun.get(id)
    if (call === undefined && this.drop(id)) {
      this.host.tell(Kind.revoked, id)
      return this.pump()
    }
    // The confirmation goes first, because stopping may take long, or never return.
    this.host.tell(Kind.answer, id)
    call?.running?.interrupt()
  }

  /** Drops a call that has not begun. Only a worker without claims is asked to stop such a call. */
  private drop(id: number): boolean {
    const call = this.unbegun(id)
    if (call === undefined) return false
    if (!this.loading.delete(call)) this.queue.splice(this.queue.indexOf(call, this.next), 1)
    return true
  }

  /** A cut is over. Code at the end of the functions on the stack has not run. */
  private recover(id: number): void {
    const call = this.begun.get(id)
    if (call !== undefined) {
      this.begun.delete(id)
      this.reports.flush(id)
      this.host.claims.end(call.incoming)
    }
    // The runner is told even if the call has ended after the cut, because the cut may have hit the import of its file.
    if (this.runner.abandon?.(call?.request) === false) this.unrecoverable()
    // Earlier microtasks run before this one. If the cut has discarded them, `hasMicrotasks` is false by then.
    this.isUnsure = true
    void Promise.resolve().then(this.lookForDamage)
    this.isPumping = false
    if (this.isPumpDue) {
      // The turn may have been lost, and two turns do no harm.
      this.isPumpDue = false
      this.pumpSoon()
    }
    // A plain function may have run fibers itself.
    forgetCurrentFiber()
  }

  private readonly lookForDamage = (): void => {
    this.isUnsure = false
    if (this.isUnrecoverable) return
    const loading = Array.from(this.loading)
    const loaded = loading.filter((call) => this.runner.load?.(call.incoming) === undefined)
    const isWaiting = this.begun.size > 0 || loaded.length < loading.length
    if (!this.host.hasMicrotasks && isWaiting) return this.unrecoverable()
    this.host.tell(Kind.recovered, 0)
    // A lost microtask would have begun these calls.
    for (const call of loaded) this.loaded(call)
    this.pump()
  }

  private unrecoverable(): void {
    this.isUnrecoverable = true
    this.host.tell(Kind.unrecoverable, 0)
  }

  /** Closes the worker. Calls that have not begun will not begin. */
  close(): void {
    if (this.isClosing) return
    this.isClosing = true
    void this.runner.close().then(
      () => this.host.exit(),
      (error: unknown) => this.host.exit(error)
    )
  }
}

const askEarly = (call: LoopCall): void => call.demand(call.earlyDemand)

/** Errors of the platform's own classes do not cross on every runtime. */
const refusalOf = (reply: HostReply, reason: unknown): Refusal => ({
  ...(reply._tag === "Interrupted" ? { what: "result" } : refusedReply(reply, reason)),
  reason: new Error(reason instanceof Error ? reason.message : String(reason))
})
