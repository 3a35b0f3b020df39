import type { HostReply, Refusal } from "../../../remote/Call.ts"
import type { WireArgs } from "../../../remote/codec/FunctionCodecs.ts"
import type { HostClaims, HostTransport } from "../../../remote/host/HostTransport.ts"
import { Kind, type WorkerWord } from "../../../remote/protocol.ts"
import { exitFlushed, flushOutput } from "../../flushOutput.ts"
import { bareFrame, encodeFrame } from "../encoding.ts"
import { defaultMaxFrameBytes, FrameTooLarge, mostBytesOf } from "../Frame.ts"
import type { Preemptible } from "../../preemption/Preemptible.ts"
import type { ReplyPipe } from "./ReplyPipe.ts"

/** Claims without a shared file: every call that arrives is run. */
const blindClaims: HostClaims = {
  tellsRevoked: false,
  start: () => true,
  begin: () => true,
  called() {},
  end() {}
}

/** The connection of a worker process to its parent. */
export class ProcessHost implements HostTransport {
  readonly claims: HostClaims
  private readonly pipe: ReplyPipe
  private readonly maxFrameBytes: number
  private readonly preemptible: Preemptible | undefined

  /** `preemptible` is given if the parent may cut calls. */
  constructor(
    pipe: ReplyPipe,
    claims: HostClaims = blindClaims,
    maxFrameBytes = defaultMaxFrameBytes,
    preemptible?: Preemptible
  ) {
    this.pipe = pipe
    this.claims = claims
    this.maxFrameBytes = maxFrameBytes
    this.preemptible = preemptible
  }

  get hasMicrotasks(): boolean {
    return this.preemptible?.hasMicrotasks ?? true
  }

  tell(kind: WorkerWord | typeof Kind.ready, id: number): void {
    this.pipe.write(bareFrame(kind, id))
  }

  /** The message is written at once, because it may be the last one. */
  readonly emit = (message: unknown): void => {
    try {
      this.pipe.write(this.frame(Kind.message, message))
    } catch (error) {
      if (!(error instanceof FrameTooLarge)) throw error
      // The parent counts messages that it cannot read.
      this.emit(undefined)
    }
  }

  reply(id: number, reply: HostReply): void {
    if (reply._tag === "Interrupted") return this.pipe.write(bareFrame(Kind.reply, id))
    const parts = reply._tag === "Success" ? [reply.value] : [undefined, reply.cause]
    this.pipe.write(this.frame(Kind.reply, parts, id))
  }

  unreadable(id: number, refusal: Refusal): void {
    try {
      this.pipe.write(this.frame(Kind.unreadable, refusal, id))
    } catch (error) {
      if (!(error instanceof FrameTooLarge)) throw error
      this.unreadable(id, { what: refusal.what, reason: new Error("The reason is too long to send") })
    }
  }

  /** Throws for a frame that the parent would refuse as too large. */
  private frame(kind: Kind, value: unknown, id = 0): Buffer {
    return encodeFrame(kind, value, id, mostBytesOf(kind, this.maxFrameBytes))
  }

  elements(id: number, wire: WireArgs): void {
    this.pipe.write(this.frame(Kind.elements, wire, id))
  }

  report(id: number, wires: ReadonlyArray<WireArgs>): void {
    this.pipe.write(this.frame(Kind.report, wires, id))
  }

  receive(): boolean {
    return false
  }

  run<A, B>(id: number, f: (argument: A) => B, argument: A): B {
    return this.preemptible === undefined ? f(argument) : this.preemptible.run(id, f, argument)
  }

  idle(): void {}

  readonly flush = flushOutput

  exit(error?: unknown): void {
    if (error !== undefined) this.lastWords(error)
    exitFlushed(error === undefined ? 0 : 1)
  }

  readonly lastWords = (error: unknown): void => {
    let frame: Buffer
    try {
      frame = this.frame(Kind.lastWords, error)
    } catch {
      // Some parts of the error cannot be cloned, or are too large.
      frame = this.frame(Kind.lastWords, error instanceof Error ? plainError(error) : String(error).slice(0, longest))
    }
    this.pipe.write(frame)
  }
}

const longest = 100_000

const plainError = (error: Error): Error => {
  const plain = new Error(error.message.slice(0, longest))
  plain.name = error.name.slice(0, longest)
  if (error.stack !== undefined) plain.stack = error.stack.slice(0, longest)
  return plain
}
