import { type MessagePort, receiveMessageOnPort, type Transferable } from "node:worker_threads"
import type { CallReply, CallRequest } from "../../remote/Call.ts"
import { encodingFailure } from "../../remote/codec/encodeReply.ts"
import type { Performance, Performer } from "../../remote/host/Performer.ts"
import { ownThreadPath } from "../ThreadTimes.ts"
import { IdleWait } from "./IdleWait.ts"
import { Preemptible } from "../preemption/Preemptible.ts"
import * as Protocol from "./protocol.ts"
import { ReplyRing } from "./ReplyRing.ts"
import { ThreadMemory } from "./ThreadMemory.ts"
import { performance, setImmediate } from "../../timers.ts"

/** Calls that end at once are done one after the other for as long as this, before the event loop gets its turn. */
const turnMillis = 2

/** Does the calls that come to this thread. What the performer emits goes to the parent by `emit`. */
export const serve = (
  data: Protocol.ThreadData,
  makePerformer: (emit: (message: unknown) => void) => Performer
): void => {
  const server = new Server(data)
  server.start(makePerformer(server.emit))
}

/** Where Effect keeps the fiber that runs. It has no function that sets it. */
const currentFiberKey = "~effect/Fiber/currentFiber"

class PendingCall {
  readonly seq: number
  readonly request: CallRequest
  performance: Performance | undefined = undefined
  hasEnded = false

  constructor(seq: number, request: CallRequest) {
    this.seq = seq
    this.request = request
  }
}

/**
 * The worker's side.
 *
 * A cut may end the JavaScript stack between any two lines that run while a call runs, and no `finally` sees it. So what is
 * noted here in pairs (`isPumping`) is put right by the message that follows each cut.
 */
class Server {
  private readonly port: MessagePort
  private readonly memory: ThreadMemory
  private readonly ring: ReplyRing
  private readonly concurrency: number
  private readonly preemptible: Preemptible
  private readonly idle: IdleWait
  private readonly definitions = new Map<number, Protocol.Definition>()
  /** Not begun yet. */
  private queue: Array<PendingCall> = []
  private next = 0
  private readonly begun = new Map<number, PendingCall>()
  /** Those that have a place and wait for their file. They can be taken back. */
  private readonly loading = new Set<PendingCall>()
  private performer!: Performer
  private isPumping = false
  private isPumpDue = false
  private hasEmitted = false
  private isClosing = false
  /** Calls that are under way may wait for ever. The parent ends this thread when it has waited long enough for them. */
  private isDamaged = false
  /** Whether that has to be found out still. */
  private isUnsure = false

  constructor(data: Protocol.ThreadData) {
    this.port = data.port
    this.memory = new ThreadMemory(data.memory)
    this.ring = new ReplyRing(this.memory, data.ring)
    this.concurrency = data.concurrency
    this.preemptible = new Preemptible(data.preemption)
    this.idle = new IdleWait(this.memory, {
      receive: this.receive,
      received: () => this.pump(),
      isIdle: () => this.isIdle
    })
  }

  start(performer: Performer): void {
    this.performer = performer
    this.port.on("message", (message: Protocol.ToWorker) => {
      this.handle(message)
      this.pump()
    })
    this.idle.begin()
    this.post([Protocol.Ready, ownThreadPath()])
  }

  readonly emit = (message: unknown): void => {
    this.hasEmitted = true
    this.post([Protocol.Emitted, message])
  }

  private post(message: Protocol.ToParent, transfer?: ReadonlyArray<unknown>): void {
    // Not typed better where it comes from: a value of another kind is refused with a DataCloneError.
    this.port.postMessage(message, transfer as ReadonlyArray<Transferable> | undefined)
  }

  private get isIdle(): boolean {
    return (
      this.begun.size === 0 &&
      this.loading.size === 0 &&
      this.next === this.queue.length &&
      !this.isPumpDue &&
      !this.isClosing
    )
  }

  /** Takes one message without waiting for the event loop to bring it. */
  private readonly receive = (): boolean => {
    const received = receiveMessageOnPort(this.port) as { readonly message: Protocol.ToWorker } | undefined
    if (received === undefined) return false
    this.handle(received.message)
    return true
  }

  private handle(message: Protocol.ToWorker): void {
    switch (message[0]) {
      case Protocol.Calls:
        return this.accept(message[1], message[2])
      case Protocol.Ask:
        return this.ask(message[1])
      case Protocol.WasCut:
        return this.goOn(message[1])
      case Protocol.Ping:
        return this.post([Protocol.Pong, message[1]])
      case Protocol.Close:
        return this.close()
    }
  }

  private accept(definitions: ReadonlyArray<Protocol.Definition> | undefined, flat: ReadonlyArray<unknown>): void {
    if (definitions !== undefined) for (const definition of definitions) this.definitions.set(definition[0], definition)
    for (let i = 0; i < flat.length; i += 5) {
      // As `ThreadHandle` wrote them.
      const [seq, id, args, task, ambient] = flat.slice(i, i + 5) as [number, number, Array<unknown>, string, unknown]
      const [, url, name] = this.definitions.get(id)!
      this.queue.push(new PendingCall(seq, { url, name, args, task: task ?? name, ambient }))
    }
  }

  private get beginsCalls(): boolean {
    return !this.isClosing && !this.isDamaged && !this.isUnsure
  }

  // ------------------------------------------------------------------- calls

  /** Begins what there is to begin. */
  private pump(): void {
    if (this.isPumping) return
    this.isPumping = true
    const until = performance.now() + turnMillis
    while (this.begun.size + this.loading.size < this.concurrency && this.beginsCalls) {
      if (this.next === this.queue.length) {
        this.queue = []
        this.next = 0
        if (!this.receive()) break
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
    if (this.isIdle) this.idle.begin()
  }

  /** After whatever waits for its turn in the event loop, such as an error that nobody caught. */
  private pumpSoon(): void {
    if (this.isPumpDue) return
    this.isPumpDue = true
    setImmediate(() => {
      this.isPumpDue = false
      this.pump()
    })
  }

  private begin(call: PendingCall): void {
    const loaded = this.performer.load?.(call.request)
    if (loaded === undefined) {
      if (this.memory.begin(call.seq)) this.call(call)
    } else if (this.memory.load(call.seq)) {
      this.loading.add(call)
      void loaded.then(() => this.loaded(call))
    }
  }

  private loaded(call: PendingCall): void {
    // While it is unsure, the call is looked for again when that is over.
    if (this.isUnsure || !this.loading.delete(call)) return
    if (!this.beginsCalls) return
    if (this.memory.beginLoaded(call.seq)) this.call(call)
    else this.memory.passOver(call.seq)
    this.pump()
  }

  private call(call: PendingCall): void {
    this.begun.set(call.seq, call)
    call.performance = this.preemptible.run(call.seq, this.perform, call)
  }

  private readonly perform = (call: PendingCall): Performance =>
    this.performer.perform(call.request, (reply, transfer) => this.end(call, reply, transfer))

  private end(call: PendingCall, reply: CallReply, transfer: ReadonlyArray<unknown>): void {
    // Not if it was cut, and something of it went on nevertheless.
    if (call.hasEnded || !this.begun.has(call.seq)) return
    call.hasEnded = true
    this.publish(call, reply, transfer)
    this.memory.end(call.seq)
    this.begun.delete(call.seq)
    // Not from here, where the call's own code may still be on the stack.
    if (!this.isPumping) void Promise.resolve().then(this.pumpNow)
  }

  private readonly pumpNow = (): void => this.pump()

  private publish(call: PendingCall, reply: CallReply, transfer: ReadonlyArray<unknown>): void {
    // What was emitted before comes before.
    if (transfer.length === 0 && !this.hasEmitted && this.ring.write(call.seq, reply)) {
      if (this.memory.mustRing()) this.post([Protocol.Bell])
      return
    }
    this.hasEmitted = false
    try {
      this.post([Protocol.Reply, call.seq, reply], transfer)
    } catch (reason) {
      this.post([Protocol.Reply, call.seq, encodingFailure(call.request.task, reason, reply)])
    }
  }

  // ---------------------------------------------------------------- stopping

  private ask(seq: number): void {
    const call = this.begun.get(seq)
    // Told at once: what follows may take as long as it likes, and never come back.
    this.post([Protocol.Asked, seq])
    call?.performance?.interrupt()
  }

  /** A cut is over. Nothing that was to be undone at the end of what was on the stack has been. */
  private goOn(seq: number): void {
    const call = this.begun.get(seq)
    if (call !== undefined) {
      this.begun.delete(seq)
      this.memory.end(seq)
    }
    // Also if it has ended after the cut: what was cut may have been the import of its file.
    if (this.performer.abandon?.(call?.request) === false) this.damaged()
    // Only known after the microtasks that there are: the mark is in front of this one, if it is still there.
    this.isUnsure = true
    void Promise.resolve().then(this.lookForDamage)
    this.isPumping = false
    if (this.isPumpDue) {
      // It may have been lost, and does no harm twice.
      this.isPumpDue = false
      this.pumpSoon()
    }
    this.idle.reset()
    // Effect would go on to take the fiber that was cut for the one that runs.
    Reflect.deleteProperty(globalThis, currentFiberKey)
  }

  private readonly lookForDamage = (): void => {
    this.isUnsure = false
    if (this.isDamaged) return
    const loading = Array.from(this.loading)
    const loaded = loading.filter((call) => this.performer.load?.(call.request) === undefined)
    const isWaiting = this.begun.size > 0 || loaded.length < loading.length
    if (!this.preemptible.hasMicrotasks && isWaiting) return this.damaged()
    this.post([Protocol.WentOn])
    // What would have told them that was a microtask.
    for (const call of loaded) this.loaded(call)
    this.pump()
  }

  private damaged(): void {
    this.isDamaged = true
    this.post([Protocol.Damaged])
  }

  private close(): void {
    this.isClosing = true
    this.post([Protocol.Closing])
    void this.performer.close().then(() => this.post([Protocol.Closed]))
  }
}
