import { receiveMessageOnPort, type Transferable } from "node:worker_threads"
import type { HostReply, Refusal } from "../../../remote/Call.ts"
import { isArgs, type WireArgs } from "../../../remote/codec/FunctionCodecs.ts"
import type { HostTransport } from "../../../remote/host/HostTransport.ts"
import type { WorkerLoop } from "../../../remote/host/WorkerLoop.ts"
import { Kind, type WorkerWord } from "../../../remote/protocol.ts"
import { ownThreadPath } from "../../CpuShare.ts"
import { Preemptible } from "../../preemption/Preemptible.ts"
import { SendGate } from "../../preemption/SendGate.ts"
import { exitFlushed, flushOutput } from "../../flushOutput.ts"
import { claimWords, Doorbell } from "../Doorbell.ts"
import { callFields, type Definition, type ThreadData, type ToParent, type ToWorker } from "../protocol.ts"
import { ReplyRing } from "../ReplyRing.ts"
import { WorkerClaims } from "../SharedClaims.ts"
import { IdleWait } from "./IdleWait.ts"

/** The connection of a worker thread to its parent. */
export class ThreadHost implements HostTransport {
  readonly claims: WorkerClaims
  private readonly port: ThreadData["port"]
  private readonly doorbell: Doorbell
  private readonly ring: ReplyRing
  private readonly preemptible: Preemptible
  private readonly definitions = new Map<number, Definition>()
  private loop!: WorkerLoop
  private waiting!: IdleWait
  private posted = 0
  private taken = 0
  private hasEmitted = false

  constructor(data: ThreadData) {
    this.port = data.port
    this.claims = new WorkerClaims(claimWords(data.memory))
    this.doorbell = new Doorbell(data.memory)
    this.ring = new ReplyRing(this.doorbell.words, data.ring)
    const { preemption } = data
    this.preemptible = new Preemptible(preemption && (() => new SendGate(preemption).shutAndWait()))
  }

  start(loop: WorkerLoop): void {
    this.loop = loop
    this.waiting = new IdleWait(this.doorbell, {
      receive: () => this.receive(),
      received: loop.pump,
      isIdle: () => loop.isIdle
    })
    this.port.on("message", (message: ToWorker) => {
      this.handle(message)
      loop.pump()
    })
    this.port.on("messageerror", (reason) => this.lost(reason))
    this.waiting.begin()
    this.post([Kind.ready, 0, ownThreadPath()])
  }

  // ---------------------------------------------------------------- receiving

  receive(): boolean {
    let message: ToWorker | undefined
    try {
      message = (receiveMessageOnPort(this.port) as { readonly message: ToWorker } | undefined)?.message
    } catch (reason) {
      this.lost(reason)
      return true
    }
    if (message === undefined) return false
    this.handle(message)
    return true
  }

  private lost(reason: unknown): void {
    this.post([Kind.lost, ++this.taken, new Error(String(reason))])
  }

  private handle(message: ToWorker): void {
    this.taken++
    switch (message[0]) {
      case Kind.define:
        for (const definition of message[1]) this.definitions.set(definition[0], definition)
        return
      case Kind.call:
        return this.accept(message[1])
      case Kind.wasCut:
        this.loop.received(message[0], message[1], message[2])
        return this.waiting.reset()
      default:
        return this.loop.received(message[0], message[1], message[2])
    }
  }

  private accept(flat: ReadonlyArray<unknown>): void {
    for (let i = 0; i < flat.length; i += callFields) {
      // The calls are as `CallSender` wrote them.
      const [id, slot, fn, args, task, ambient] = flat.slice(i, i + callFields) as [
        number,
        number,
        number,
        WireArgs,
        string | undefined,
        unknown
      ]
      const [, url, name] = this.definitions.get(fn)!
      const request = { url, name, args, task: task ?? name, ambient }
      this.loop.accept({ id, slot, token: 0, url, name, isLarge: !isArgs(args), read: () => request })
    }
  }

  // ------------------------------------------------------------------ sending

  private post(message: ToParent, transfer?: ReadonlyArray<unknown>): void {
    // The list is typed loosely where it comes from: a value of another kind is refused with a DataCloneError.
    this.port.postMessage(message, transfer as ReadonlyArray<Transferable> | undefined)
    this.posted++
  }

  readonly emit = (message: unknown): void => {
    this.hasEmitted = true
    this.post([Kind.message, 0, message])
  }

  elements(id: number, wire: WireArgs, transfer: ReadonlyArray<unknown>): void {
    this.hasEmitted = true
    this.post([Kind.elements, id, wire], transfer)
  }

  report(id: number, wires: ReadonlyArray<WireArgs>): void {
    this.hasEmitted = true
    this.post([Kind.report, id, wires])
  }

  tell(kind: WorkerWord, id: number): void {
    this.post([kind, id])
  }

  reply(id: number, reply: HostReply, transfer: ReadonlyArray<unknown>): void {
    // Earlier messages must arrive earlier.
    if (transfer.length === 0 && !this.hasEmitted && this.ring.write(id, reply)) {
      if (this.doorbell.mustRing()) this.post([Kind.doorbell, 0])
      return
    }
    this.hasEmitted = false
    if (!this.ring.announce(id, this.posted + 1)) this.post([Kind.announced, id, this.posted + 2])
    this.post([Kind.reply, id, reply], transfer)
  }

  unreadable(id: number, refusal: Refusal): void {
    this.post([Kind.unreadable, id, refusal])
  }

  // ------------------------------------------------------------------ the rest

  run<A, B>(id: number, f: (argument: A) => B, argument: A): B {
    return this.preemptible.run(id, f, argument)
  }

  get hasMicrotasks(): boolean {
    return this.preemptible.hasMicrotasks
  }

  idle(): void {
    this.waiting.begin()
  }

  readonly flush = flushOutput

  exit(error?: unknown): void {
    exitFlushed(error === undefined ? 0 : 1)
  }
}
