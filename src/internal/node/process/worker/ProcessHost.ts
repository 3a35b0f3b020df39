import type { HostReply, Refusal } from "../../../remote/Call.ts"
import type { HostClaims, HostTransport } from "../../../remote/host/HostTransport.ts"
import { Kind, type WorkerWord } from "../../../remote/protocol.ts"
import { exitFlushed } from "../../exitFlushed.ts"
import { bareFrame, encodeFrame } from "../encoding.ts"
import type { ReplyPipe } from "./ReplyPipe.ts"

/** For where nothing can be shared: whatever came is to be run. */
const blindClaims: HostClaims = {
  tellsRevoked: false,
  start: () => true,
  begin: () => true,
  called() {},
  end() {}
}

/** The way from a worker process to its parent. */
export class ProcessHost implements HostTransport {
  readonly claims: HostClaims
  readonly hasMicrotasks = true
  private readonly pipe: ReplyPipe

  constructor(pipe: ReplyPipe, claims: HostClaims = blindClaims) {
    this.pipe = pipe
    this.claims = claims
  }

  tell(kind: WorkerWord | typeof Kind.ready, id: number): void {
    this.pipe.write(bareFrame(kind, id))
  }

  /** At once: it may be the last thing that is heard from here. */
  readonly emit = (message: unknown): void => this.pipe.write(encodeFrame(Kind.message, message))

  reply(id: number, reply: HostReply): void {
    if (reply._tag === "Interrupted") return this.pipe.write(bareFrame(Kind.reply, id))
    const parts = reply._tag === "Success" ? [reply.value] : [undefined, reply.cause]
    this.pipe.write(encodeFrame(Kind.reply, parts, id))
  }

  unreadable(id: number, refusal: Refusal): void {
    this.pipe.write(encodeFrame(Kind.unreadable, refusal, id))
  }

  receive(): boolean {
    return false
  }

  run<A, B>(_id: number, f: (argument: A) => B, argument: A): B {
    return f(argument)
  }

  idle(): void {}

  exit(error?: unknown): void {
    if (error !== undefined) this.lastWords(error)
    exitFlushed(error === undefined ? 0 : 1)
  }

  readonly lastWords = (error: unknown): void => {
    let frame: Buffer
    try {
      frame = encodeFrame(Kind.lastWords, error)
    } catch {
      // It has parts that cannot be cloned.
      frame = encodeFrame(Kind.lastWords, error instanceof Error ? plainError(error) : String(error))
    }
    this.pipe.write(frame)
  }
}

const plainError = (error: Error): Error => {
  const plain = new Error(error.message)
  plain.name = error.name
  if (error.stack !== undefined) plain.stack = error.stack
  return plain
}
