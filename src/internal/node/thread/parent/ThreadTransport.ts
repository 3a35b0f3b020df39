import type { Readable } from "node:stream"
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type ResourceLimits,
  Worker
} from "node:worker_threads"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { HostReply } from "../../../remote/Call.ts"
import { isArgs } from "../../../remote/codec/FunctionCodecs.ts"
import { beginArrival, endArrival } from "../../../executor/events/clocks.ts"
import type { WorkerSight } from "../../../executor/workers/PrefetchingWorker.ts"
import { OutputTail } from "../../../remote/client/OutputTail.ts"
import type { CallEntry, Transport, TransportEnd, TransportOwner } from "../../../remote/client/Transport.ts"
import { Kind, type ParentWord } from "../../../remote/protocol.ts"
import { after, type Timer } from "../../../remote/client/realTime.ts"
import { clearTimeout, performance, setImmediate, setTimeout } from "../../../timers.ts"
import { CpuShare, patientShare, type ShareLimits } from "../../CpuShare.ts"
import { mainModule } from "../../mainModule.ts"
import { ownThread } from "../../ownThread.ts"
import { threadFlags } from "../../threadFlags.ts"
import { workerFile } from "../../workerFile.ts"
import type { Preemption } from "../../preemption/Preemption.ts"
import { startPreempted } from "../../preemption/startPreempted.ts"
import { claimWords, Doorbell, makeMemory } from "../Doorbell.ts"
import type { ThreadData, ToParent } from "../protocol.ts"
import { makeRing, ReplyRing, type RingReader } from "../ReplyRing.ts"
import { ParentClaims, slotCount } from "../SharedClaims.ts"
import { CallSender } from "./CallSender.ts"
import { startWorker, type WorkerOptions } from "../../startWorker.ts"
import { RemoteWorker } from "../../../remote/client/RemoteWorker.ts"

export interface ThreadOptions extends WorkerOptions {
  readonly preempt: "inspector" | "terminate"
  readonly resourceLimits?: ResourceLimits | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** These limits are short, because a thread that can answer does so at once, and a cut that comes too early harms no other call. */
const share: ShareLimits = { run: 6, uninterrupted: 2, asleep: 20, unknown: 0, most: 500 }
/** How long it polls for the next reply after one, in milliseconds. A notification takes about as long. */
const pollMillis = 0.1
/** The interval between replies from which a worker counts as quick. */
const quickMillis = 0.3
/** Native code cannot be stopped in a thread. After so long, it is no longer waited for. */
const terminateWithin = 2000
/** When to prepare for cuts after the thread is ready, in milliseconds, unless one is needed before. */
const connectAfter = 50
/** How long the end of a thread waits for its output, because the reader may be slow. */
const outputWithin = 300

/** The connection to a worker thread: messages one way, and mostly a ring in shared memory back. */
export class ThreadTransport implements Transport, RingReader {
  readonly sharesMemory = true
  readonly answerWithin = 4
  readonly claims: ParentClaims
  readonly preempter: Preemption
  readonly worker: Worker
  private readonly owner: TransportOwner
  private readonly port: MessagePort
  private readonly sender: CallSender
  private readonly doorbell: Doorbell
  private readonly ring: ReplyRing
  private readonly stderr = new OutputTail()
  private reason: unknown = undefined
  /** The file in which the system reports on the thread. */
  private path: string | undefined = undefined
  private received = 0
  /** Calls whose replies are messages that have not arrived, by the numbers of the messages. */
  private readonly announcements = new Map<number, number>()
  private isPolling = false
  private lastDrain = 0
  private pollUntil = 0
  private isForced = false
  private isGone = false
  /** The thread does not end, and is left alone. */
  private isAbandoned = false
  private abandonTimer: Timer | undefined

  constructor(options: ThreadOptions, owner: TransportOwner) {
    this.owner = owner
    const memory = makeMemory(slotCount)
    const ring = makeRing()
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.sender = new CallSender(port1)
    this.claims = new ParentClaims(claimWords(memory))
    this.doorbell = new Doorbell(memory)
    this.ring = new ReplyRing(this.doorbell.words, ring)
    const execArgv = options.execArgv ?? threadFlags()
    try {
      const { preemption, worker } = startPreempted(
        options.preempt,
        {
          refused: (reason) => options.onNoInspector?.(reason),
          outOfMemory: () => this.outOfMemory()
        },
        (preemption) => {
          const data: ThreadData = {
            port: port2,
            memory,
            ring,
            concurrency: options.concurrency ?? 1,
            maxMemory: options.maxMemory,
            preemption
          }
          return new Worker(workerFile("thread"), {
            name: options.name,
            workerData: { ...ownThread, runner: options.runner, main: mainModule(), data },
            transferList: [port2],
            ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
            ...(options.env === undefined ? {} : { env: options.env }),
            ...(execArgv === undefined ? {} : { execArgv: [...execArgv] })
          })
        }
      )
      this.worker = worker
      this.preempter = preemption
    } catch (error) {
      port1.close()
      throw error
    }
    this.listen()
  }

  private listen(): void {
    this.port.on("message", this.onMessage)
    this.port.on("messageerror", this.onUnreadable)
    // Only the worker's own reference decides whether the process goes on.
    this.port.unref()
    this.worker.on("error", (error) => (this.reason = error))
    this.worker.on("exit", this.ended)
    this.worker.stderr.on("data", (chunk: Buffer) => this.stderr.add(chunk.toString()))
  }

  async look(within: number): Promise<WorkerSight> {
    const stack = await this.preempter.read(within)
    if (stack === undefined) return { stack: [], note: "its stack cannot be read" }
    return { stack, note: stack.length === 0 && this.owner.isBusy ? "its event loop is free" : undefined }
  }

  watchShare(isPatient: boolean): CpuShare {
    return new CpuShare(this.path, isPatient ? patientShare : share)
  }

  /** Output that has left the thread has been read: Node.js confirms each part. */
  outputRead(): Promise<void> {
    return Promise.resolve()
  }

  keepAlive(yes: boolean): void {
    if (this.isGone) return
    if (yes) this.worker.ref()
    else this.worker.unref()
  }

  // ------------------------------------------------------------------ sending

  send(entries: ReadonlyArray<CallEntry>, refused: (entry: CallEntry, reason: unknown) => void): void {
    try {
      this.sender.send(entries)
    } catch (reason) {
      if (entries.length > 1) for (const entry of entries) this.send([entry], refused)
      else refused(entries[0]!, reason)
    }
    this.doorbell.wake()
  }

  tell(kind: ParentWord, id: number): void {
    this.sender.post([kind, id])
    this.doorbell.wake()
  }

  demand(id: number, count: number): void {
    this.sender.post([Kind.demand, id, count])
    this.doorbell.wake()
  }

  /** The worker cannot read one of the calls in a message. Each is sent again by itself, to find out which. */
  private lost(message: number, reason: unknown): void {
    const entries = this.owner.sentWith(message)
    for (const entry of entries) {
      const { args } = entry.call.request
      const { length } = isArgs(args) ? args : args.values
      const refusal = { what: length === 1 ? "argument 1" : "arguments", reason }
      // Arguments that were moved cannot be sent again.
      if (entries.length === 1 || entry.call.transfer.length > 0) this.owner.unreadable(entry.id, refusal)
      else this.send([entry], () => this.owner.unreadable(entry.id, refusal))
    }
  }

  // ---------------------------------------------------------------- receiving

  private readonly onMessage = (message: ToParent): void => {
    this.received++
    switch (message[0]) {
      case Kind.doorbell:
        return this.poll()
      case Kind.reply:
        this.announcements.delete(this.received)
        return this.owner.replied(message[1], message[2])
      case Kind.ready:
        this.path = message[2]
        return this.ready()
      case Kind.unreadable:
        return this.owner.unreadable(message[1], message[2])
      case Kind.announced:
        return this.announced(message[1], message[2])
      case Kind.lost:
        return this.lost(message[1], message[2])
      default:
        return this.owner.received(message[0], message[1], message[2])
    }
  }

  private readonly onUnreadable = (reason: unknown): void => {
    // The reply was announced before it was sent.
    this.drain()
    const message = ++this.received
    const id = this.announcements.get(message)
    this.announcements.delete(message)
    if (id !== undefined) this.owner.unreadable(id, { what: "result", reason })
    // Apart from replies, only elements have values that the task chooses.
    else this.owner.unreadableElements(reason)
  }

  /** Reads the replies in the ring, and returns their number. */
  private drain(): number {
    try {
      return this.ring.drain(this)
    } finally {
      endArrival()
    }
  }

  arrived(): void {
    beginArrival()
  }

  replied(id: number, reply: HostReply): void {
    this.owner.replied(id, reply)
  }

  announced(id: number, message: number): void {
    if (message > this.received) this.announcements.set(message, id)
  }

  private ready(): void {
    if (this.isGone) return
    // Probably later than the first task, which needs the processors now.
    setTimeout(() => this.preempter.connect(), connectAfter).unref()
    this.owner.received(Kind.ready, 0)
  }

  /** Empties the ring. If there was something in it, polls again, so that a busy worker need not ring for each reply. */
  private readonly poll = (): void => {
    this.isPolling = false
    if (this.drain() > 0) this.drained()
    else if (!this.owner.isBusy || performance.now() > this.pollUntil) {
      this.doorbell.expectRing()
      if (this.drain() === 0) return
      // The worker may have rung in the meantime.
      this.doorbell.mustRing()
    }
    if (this.isPolling) return
    this.isPolling = true
    setImmediate(this.poll)
  }

  private drained(): void {
    const now = performance.now()
    // If a worker computes for long, polling would only take a core from it.
    this.pollUntil = now - this.lastDrain < quickMillis ? now + pollMillis : 0
    this.lastDrain = now
  }

  receive(): void {
    this.drain()
    for (;;) {
      try {
        const received = receiveMessageOnPort(this.port) as { readonly message: ToParent } | undefined
        if (received === undefined) return
        this.onMessage(received.message)
      } catch (reason) {
        this.onUnreadable(reason)
      }
    }
  }

  // ---------------------------------------------------------------------- end

  force(): void {
    if (this.isForced || this.isGone) return
    this.isForced = true
    this.abandonTimer = setTimeout(() => {
      this.worker.unref()
      this.ended(undefined)
    }, terminateWithin)
    this.preempter.end()
  }

  private outOfMemory(): void {
    // The message that Node.js has if no debugger is enabled.
    const message = "Worker terminated due to reaching memory limit: JS heap out of memory"
    this.reason = Object.assign(new Error(message), { code: "ERR_WORKER_OUT_OF_MEMORY" })
    this.force()
  }

  private readonly ended = (exitCode: number | undefined): void => {
    if (this.isGone) return
    clearTimeout(this.abandonTimer)
    this.receive()
    this.isGone = true
    this.isAbandoned = exitCode === undefined
    this.port.close()
    this.worker.off("exit", this.ended)
    void this.whenOutputRead().then(() =>
      this.owner.gone({ exitCode, signal: undefined, stderr: this.stderr.toString(), reason: this.reason })
    )
  }

  get released(): Promise<unknown> {
    return this.isAbandoned ? Promise.resolve() : this.preempter.closed
  }

  /** The last of its output is still on its way. */
  private async whenOutputRead(): Promise<void> {
    if (this.isAbandoned) return
    const { stderr, stdout } = this.worker
    let timer: Timer | undefined
    const late = new Promise((resolve) => (timer = after(outputWithin, () => resolve(undefined))))
    await Promise.race([Promise.all([stdout, stderr].map(whenEnded)), late])
    clearTimeout(timer)
  }
}

const whenEnded = (stream: Readable): Promise<void> | undefined =>
  stream.readableEnded ? undefined : new Promise((resolve) => stream.once("end", () => resolve()))

/**
 * Starts a worker thread, and waits until it is ready for calls. Closing the scope ends it: running calls are interrupted and layers
 * released, within `grace`, and then the thread is terminated.
 */
export const startThread = (options: ThreadOptions): Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope> =>
  startWorker(() => new RemoteWorker(options, (owner) => new ThreadTransport(options, owner)))
