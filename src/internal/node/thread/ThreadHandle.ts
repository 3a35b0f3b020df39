import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads"
import type { StackFrame } from "../../../Errors.ts"
import type { WorkerEnd } from "../../executor/WorkerEnd.ts"
import type { Call, CallEnd, CallReply } from "../../remote/Call.ts"
import { CallLedger, type LedgerEntry } from "../../remote/client/CallLedger.ts"
import { Escalation } from "../../remote/client/Escalation.ts"
import { ImportWatch } from "../../remote/client/ImportWatch.ts"
import { Outbox } from "../../remote/client/Outbox.ts"
import { OutputTail } from "../../remote/client/OutputTail.ts"
import type { WorkerHandle } from "../../remote/client/WorkerHandle.ts"
import { CallSender } from "./CallSender.ts"
import { mainModule } from "../mainModule.ts"
import { threadFlags } from "../threadFlags.ts"
import { workerFile } from "../workerFile.ts"
import { LongRuns } from "./LongRuns.ts"
import { type Preemption, startPreempted } from "../preemption/Preemption.ts"
import * as Protocol from "./protocol.ts"
import { makeRing, ReplyRing } from "./ReplyRing.ts"
import { makeMemory, slotCount, ThreadMemory } from "./ThreadMemory.ts"
import { Turns } from "./Turns.ts"
import type { ThreadOptions } from "./ThreadOptions.ts"
import { clearTimeout, performance, setImmediate, setTimeout } from "../../timers.ts"

/** How long the event loop of a worker may take to answer before it counts as stuck, in milliseconds. */
const answerWithin = 4
/** The same for one that has not answered for a while already. */
const lateAnswerWithin = 1
/** When to get ready for the case that it is stuck. */
const prepareAfter = 1
/** The same for a worker that is to end, which is in no hurry. */
const closeAnswerWithin = 1000
/** How long it looks for the next reply by itself after one. To be told of it takes about as long. */
const pollMillis = 0.1
/** For workers whose replies come so soon after each other. */
const quickMillis = 0.3
/** Native code cannot be stopped in a thread. One that does not end within this is not waited for. */
const terminateWithin = 2000

/** How a worker came to its end. */
export interface ThreadEnd {
  readonly exitCode: number | undefined
  readonly reason: unknown
  readonly stderr: string
}

/** The parent's side of a worker thread. */
export class ThreadHandle implements WorkerHandle {
  readonly id: number
  readonly sharesMemory = true
  onDeath: (unbegun: ReadonlyArray<Call>, death?: WorkerEnd) => void = () => {}
  /** Set by the owner. Called once when the worker can take calls, or when it has ended before that. */
  onStarted: (end: ThreadEnd | undefined) => void = () => {}
  readonly worker: Worker
  private readonly options: ThreadOptions
  private readonly port: MessagePort
  private readonly memory: ThreadMemory
  private readonly ring: ReplyRing
  private readonly ledger = new CallLedger()
  private readonly sender: CallSender
  private readonly outbox = new Outbox<LedgerEntry>((entries) => this.send(entries))
  /** More than the slots that there are. */
  private held: Array<LedgerEntry> = []
  private readonly longRuns: LongRuns
  private readonly imports: ImportWatch
  private readonly preemption: Preemption
  /** Calls that wait for their cut. */
  private readonly toCut: Array<LedgerEntry> = []
  private isCutting = false
  /** A cut is under way, or was done and the thread has not said yet whether it is fit to go on. Nothing is sent to it meanwhile. */
  private isShaken = false
  /** Those for which the worker was given up, and where they were. */
  private isGivenUp = false
  private readonly doomed = new Map<LedgerEntry, ReadonlyArray<StackFrame>>()
  private readonly stderr = new OutputTail()
  private reason: unknown = undefined
  private state: "starting" | "open" | "closing" | "dead" = "starting"
  /** Where the system tells of the thread. */
  private path: string | undefined = undefined
  private isPolling = false
  private lastDrain = 0
  private pollUntil = 0
  private isRefed = true
  private abandonTimer: ReturnType<typeof setTimeout> | undefined
  private graceTimer: ReturnType<typeof setTimeout> | undefined
  private closed: (() => void) | undefined = undefined
  private closing: Escalation | undefined = undefined

  constructor(options: ThreadOptions) {
    this.id = options.id
    this.options = options
    const memory = makeMemory()
    const ring = makeRing()
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.memory = new ThreadMemory(memory)
    this.ring = new ReplyRing(this.memory, ring)
    this.sender = new CallSender(port1)
    const execArgv = options.execArgv ?? threadFlags()
    try {
      const { worker, preemption } = startPreempted(
        {
          mode: options.preempt,
          refused: (reason) => options.onNoInspector?.(reason),
          outOfMemory: this.outOfMemory
        },
        (preemption) => {
          const data: Protocol.ThreadData = {
            port: port2,
            memory,
            ring,
            concurrency: options.concurrency ?? 1,
            preemption
          }
          return new Worker(workerFile("thread"), {
            name: options.name,
            workerData: { performer: options.performer, main: mainModule(), data },
            transferList: [port2],
            ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
            ...(options.env === undefined ? {} : { env: options.env }),
            ...(execArgv === undefined ? {} : { execArgv: [...execArgv] })
          })
        }
      )
      this.worker = worker
      this.preemption = preemption
    } catch (error) {
      port1.close()
      throw error
    }
    this.longRuns = new LongRuns({
      oldest: () => this.ledger.oldest?.seq ?? 0,
      hasBegun: (seq) => this.memory.hasBegun(seq),
      turns: () => new Turns(this.path),
      ping: (count) => this.post([Protocol.Ping, count]),
      prepare: () => this.preemption.prepare(true),
      unprepare: () => this.preemption.prepare(false)
    })
    this.imports = new ImportWatch({
      isLoading: (seq) => !this.memory.hasPassedOver(seq),
      isBusy: () => this.isRunning,
      giveUp: () => {
        this.isGivenUp = true
        this.terminate()
      }
    })
    this.listen()
  }

  private listen(): void {
    this.port.on("message", this.onMessage)
    // Whether the process is to go on is a matter of the worker's own reference.
    this.port.unref()
    this.worker.on("error", (error) => (this.reason = error))
    this.worker.on("exit", this.ended)
    this.worker.stderr.on("data", (chunk: Buffer) => this.stderr.add(chunk.toString()))
  }

  get isAlive(): boolean {
    return (this.state === "starting" || this.state === "open") && !this.isGivenUp && !this.isEnding
  }

  get isEmpty(): boolean {
    return this.ledger.size === 0
  }

  /** Whether any of its calls has begun. */
  private get isRunning(): boolean {
    return this.ledger.entries.some((entry) => this.memory.hasBegun(entry.seq))
  }

  // ------------------------------------------------------------------- calls

  push(call: Call): void {
    if (this.state === "closing" || this.state === "dead") throw new Error(`Worker ${this.id} takes no more calls`)
    const entry = this.ledger.add(call)
    this.refed(true)
    if (this.isGivenUp || this.isShaken || this.held.length > 0 || entry.seq - this.ledger.oldest!.seq >= slotCount) {
      this.held.push(entry)
      return
    }
    this.hand(entry)
  }

  private hand(entry: LedgerEntry): void {
    this.memory.hand(entry.seq)
    this.outbox.add(entry)
    if (this.state === "open") this.longRuns.watch()
  }

  takeBack(call: Call): boolean {
    const entry = this.ledger.find(call)
    return entry !== undefined && this.withdraw(entry)
  }

  stop(call: Call): void {
    const entry = this.ledger.find(call)
    if (entry === undefined || entry.escalation !== undefined) return
    if (this.withdraw(entry)) return call.ended({ _tag: "Withdrawn" })
    const { isLate } = this.longRuns
    const turns = isLate ? undefined : new Turns(this.path)
    entry.escalation = new Escalation(
      { answer: isLate ? lateAnswerWithin : answerWithin, grace: this.options.grace },
      {
        ask: () => this.post([Protocol.Ask, entry.seq]),
        force: () => this.force(entry),
        ...(turns === undefined ? {} : { hadTurn: () => turns.hadEnough })
      }
    )
    setTimeout(() => this.prepareFor(entry), prepareAfter)
  }

  private prepareFor(entry: LedgerEntry): void {
    if (this.ledger.get(entry.seq) === entry && entry.escalation?.isAnswered === false) this.preemption.prepare(true)
  }

  private withdraw(entry: LedgerEntry): boolean {
    const at = this.held.indexOf(entry)
    if (at >= 0) this.held.splice(at, 1)
    else if (!this.memory.takeBack(entry.seq)) {
      if (!this.memory.takeLoading(entry.seq)) return false
      this.imports.watch(entry.seq)
    }
    this.settle(entry)
    return true
  }

  private send(entries: ReadonlyArray<LedgerEntry>): void {
    // What was taken back meanwhile has gone from the ledger.
    const wanted = entries.filter((entry) => this.ledger.get(entry.seq) !== undefined)
    if (wanted.length === 0 || this.state === "dead") return
    try {
      this.sender.send(wanted)
    } catch (reason) {
      if (wanted.length > 1) for (const entry of wanted) this.send([entry])
      else this.notSent(wanted[0]!, reason)
    }
    this.memory.wake()
  }

  private notSent(entry: LedgerEntry, reason: unknown): void {
    if (this.settle(entry)) entry.call.ended({ _tag: "NotSent", reason })
  }

  private post(message: Protocol.ToWorker): void {
    this.outbox.flush()
    this.port.postMessage(message)
    this.memory.wake()
  }

  private settle(entry: LedgerEntry): boolean {
    if (!this.ledger.settle(entry)) return false
    if (entry.escalation !== undefined) this.preemption.look()
    this.doomed.delete(entry)
    this.handHeld()
    if (this.isEmpty && this.state !== "starting") this.refed(false)
    this.endIfGivenUp()
    return true
  }

  private handHeld(): void {
    if (this.isGivenUp || this.isShaken) return
    while (this.held.length > 0 && this.held[0]!.seq - this.ledger.oldest!.seq < slotCount)
      this.hand(this.held.shift()!)
  }

  private calmed(): void {
    this.isShaken = false
    this.handHeld()
  }

  private refed(on: boolean): void {
    if (this.isRefed === on || this.state === "dead") return
    this.isRefed = on
    if (on) this.worker.ref()
    else this.worker.unref()
  }

  // ----------------------------------------------------------------- replies

  private readonly onMessage = (message: Protocol.ToParent): void => {
    switch (message[0]) {
      case Protocol.Bell:
        return this.poll()
      case Protocol.Reply:
        return this.replied(message[1], message[2])
      case Protocol.Asked:
        this.ledger.get(message[1])?.escalation?.answered()
        return
      case Protocol.Pong:
        return this.longRuns.answered(message[1])
      case Protocol.Emitted:
        return this.options.onMessage?.(message[1])
      case Protocol.Ready:
        this.path = message[1]
        return this.started()
      case Protocol.Damaged:
        return this.giveUp()
      case Protocol.WentOn:
        return this.calmed()
      case Protocol.Closing:
        return this.closing?.answered()
      case Protocol.Closed:
        this.closing?.cancel()
        return this.terminate()
    }
  }

  private readonly replied = (seq: number, reply: CallReply): void => {
    const entry = this.ledger.get(seq)
    if (entry !== undefined && this.settle(entry)) entry.call.ended(reply)
  }

  /**
   * Empties the ring, and as long as there is something in it each time, looks again by itself: a worker that is busy
   * need not ring for each reply.
   */
  private readonly poll = (): void => {
    this.isPolling = false
    if (this.ring.drain(this.replied) > 0) this.drained()
    else if (this.isEmpty || performance.now() > this.pollUntil) {
      this.memory.expectRing()
      if (this.ring.drain(this.replied) === 0) return
      // It may have rung or not.
      this.memory.mustRing()
    }
    if (this.isPolling) return
    this.isPolling = true
    setImmediate(this.poll)
  }

  private drained(): void {
    const now = performance.now()
    // Who computes for long would only lose a core to this.
    this.pollUntil = now - this.lastDrain < quickMillis ? now + pollMillis : 0
    this.lastDrain = now
  }

  /** Takes in all that the worker has sent by now. */
  private drain(): void {
    this.ring.drain(this.replied)
    for (;;) {
      const received = receiveMessageOnPort(this.port) as { readonly message: Protocol.ToParent } | undefined
      if (received === undefined) return
      this.onMessage(received.message)
    }
  }

  // ---------------------------------------------------------------- stopping

  private force(entry: LedgerEntry): void {
    if (this.state === "dead") return
    this.toCut.push(entry)
    if (!this.isCutting) void this.cutAll()
  }

  private async cutAll(): Promise<void> {
    this.isCutting = true
    for (let entry = this.toCut.shift(); entry !== undefined; entry = this.toCut.shift()) {
      await this.cut(entry)
    }
    this.isCutting = false
  }

  private async cut(entry: LedgerEntry): Promise<void> {
    const isNeeded = (): boolean => {
      // Its reply may be on the way, or the answer to the question.
      this.drain()
      return !this.isEnding && this.ledger.get(entry.seq) === entry && entry.escalation?.isForcing === true
    }
    this.isShaken = true
    const result = await this.preemption.cut({
      isNeeded,
      isIdle: entry.escalation?.isAnswered === true,
      target: entry.seq
    })
    if (this.state === "dead") return
    if (result._tag === "Cut") {
      this.post([Protocol.WasCut, entry.seq])
      if (this.settle(entry)) entry.call.ended({ _tag: "Stopped", stuckAt: result.stuckAt })
      return
    }
    if (result._tag === "Impossible" && isNeeded()) this.doom(entry, result.stuckAt)
    this.calmed()
  }

  /** It cannot be stopped without the worker. */
  private doom(entry: LedgerEntry, stuckAt: ReadonlyArray<StackFrame>): void {
    if (this.ledger.get(entry.seq) !== entry) return
    this.isGivenUp = true
    this.doomed.set(entry, stuckAt)
    this.terminate()
  }

  /**
   * A cut has taken the microtasks of the other calls that are under way, and nobody can tell which of them wait for one now.
   * They may end by themselves within `grace`; nothing else begins there.
   */
  private giveUp(): void {
    if (this.isGivenUp || this.state !== "open") return
    this.isGivenUp = true
    for (const { seq } of this.ledger.entries) if (!this.memory.takeBack(seq)) this.memory.takeLoading(seq)
    this.graceTimer = setTimeout(() => this.terminate(), this.options.grace)
    this.endIfGivenUp()
  }

  private endIfGivenUp(): void {
    if (this.graceTimer === undefined) return
    if (!this.isRunning) this.terminate()
  }

  private get isEnding(): boolean {
    return this.state === "dead" || this.abandonTimer !== undefined
  }

  private terminate(): void {
    if (this.isEnding) return
    this.abandonTimer = setTimeout(() => {
      this.worker.unref()
      this.ended(undefined)
    }, terminateWithin)
    this.preemption.end()
  }

  // -------------------------------------------------------------- life cycle

  private readonly outOfMemory = (): void => {
    // As Node has it where no debugger is enabled.
    const message = "Worker terminated due to reaching memory limit: JS heap out of memory"
    this.reason = Object.assign(new Error(message), { code: "ERR_WORKER_OUT_OF_MEMORY" })
    this.terminate()
  }

  private started(): void {
    // It is given nothing that may have to be cut before it can be.
    const { ready } = this.preemption
    if (ready !== undefined) return void ready.then(() => this.started())
    if (this.state !== "starting") return
    this.state = "open"
    if (this.isEmpty) this.refed(false)
    else this.longRuns.watch()
    this.onStarted(undefined)
  }

  private readonly ended = (exitCode: number | undefined): void => {
    if (this.state === "dead") return
    clearTimeout(this.abandonTimer)
    clearTimeout(this.graceTimer)
    this.drain()
    const before = this.state
    this.state = "dead"
    this.outbox.clear()
    this.closing?.cancel()
    this.longRuns.close()
    this.imports.close()
    this.port.close()
    // What it wrote last is still on its way.
    setImmediate(() => {
      const end: ThreadEnd = { exitCode, reason: this.reason, stderr: this.stderr.toString() }
      this.worker.off("exit", this.ended)
      if (before === "starting") this.onStarted(end)
      this.settleAll(end, before === "closing")
      if (exitCode === undefined) this.closed?.()
      else void this.preemption.closed.then(() => this.closed?.())
    })
  }

  private settleAll(end: ThreadEnd, wasClosing: boolean): void {
    const unbegun: Array<Call> = []
    const doomed = new Map(this.doomed)
    const held = new Set(this.held)
    this.held = []
    // If it was the thread that ended of itself, the file that it was loading may be to blame, and is not tried again and again;
    // but what ran there rather than what others were loading.
    const isLoadingToBlame = !wasClosing && !this.isGivenUp && !this.isRunning
    for (const entry of this.ledger.entries) {
      if (!this.ledger.settle(entry)) continue
      const stuckAt = doomed.get(entry) ?? (wasClosing ? [] : undefined)
      const hasBegun = this.memory.hasBegun(entry.seq) || (isLoadingToBlame && this.memory.isLoading(entry.seq))
      if (held.has(entry) || !hasBegun) {
        if (wasClosing) entry.call.ended({ _tag: "Withdrawn" })
        else unbegun.push(entry.call)
      } else if (stuckAt !== undefined || entry.escalation !== undefined) {
        entry.call.ended({ _tag: "Stopped", stuckAt: stuckAt ?? [] })
      } else entry.call.ended(crashed(end, this.isGivenUp))
    }
    const { exitCode, reason, stderr } = end
    const kind = this.isGivenUp ? "stopped" : "crashed"
    if (!wasClosing) this.onDeath(unbegun, { kind, exitCode, signal: undefined, stderr, error: reason })
  }

  /** Ends the worker in good order, as far as it takes part in that. `done` is called when it has ended. */
  close(done: () => void): void {
    if (this.state === "dead") return done()
    this.closed = done
    if (this.state === "closing") return
    const wasStarting = this.state === "starting"
    this.state = "closing"
    this.worker.ref()
    if (wasStarting) return this.terminate()
    this.closing = new Escalation(
      { answer: Math.min(closeAnswerWithin, this.options.grace), grace: this.options.grace },
      { ask: () => this.post([Protocol.Close]), force: () => this.terminate() }
    )
  }
}

const crashed = (end: ThreadEnd, isGivenUp: boolean): CallEnd => ({
  _tag: "Crashed",
  exitCode: end.exitCode,
  signal: undefined,
  stderr: end.stderr,
  reason:
    end.reason ??
    (isGivenUp ? new Error("another call that ran in the same worker could not be stopped without it") : undefined)
})
