import type { CallReply, CallRequest } from "../../remote/Call.ts"
import type { Performance } from "../../remote/host/Performer.ts"
import { bareFrame, decodePayload, encodeFrame } from "./encoding.ts"
import { type Frame, Kind } from "./Frame.ts"
import type { Marks } from "./Marks.ts"
import type { ReplyPipe } from "./ReplyPipe.ts"
import type { HostedPerformer } from "./WorkerConfig.ts"
import { performance, setImmediate } from "../../timers.ts"

interface Entry {
  readonly id: number
  readonly slot: number
  readonly token: number
  readonly request: CallRequest
}

/** How long calls that end at once may keep the event loop from everything else, in milliseconds. */
const longestTurn = 5

/** What a worker process does with what it reads: the calls in their order, at most `concurrency` at a time. */
export class WorkerSide {
  private readonly hosted: HostedPerformer
  private readonly concurrency: number
  private readonly marks: Marks | undefined
  private readonly replies: ReplyPipe
  private queue: Array<Entry> = []
  private head = 0
  /** Without its performance as long as `perform` has not returned. */
  private readonly running = new Map<number, Performance | undefined>()
  /** Those that have a place and wait for their file. They can be taken back. */
  private readonly loading = new Map<number, Entry>()
  private isPumping = false
  private isClosing = false
  private readonly exit: (error?: unknown) => void

  constructor(options: {
    readonly hosted: HostedPerformer
    readonly concurrency: number
    readonly marks: Marks | undefined
    readonly replies: ReplyPipe
    readonly exit: (error?: unknown) => void
  }) {
    this.hosted = options.hosted
    this.concurrency = options.concurrency
    this.marks = options.marks
    this.replies = options.replies
    this.exit = options.exit
  }

  onFrame(frame: Frame): void {
    switch (frame.kind) {
      case Kind.call: {
        const { id, slot, token } = frame
        // The parent has written it just so.
        const [url, name, args, task, ambient] = decodePayload(frame.payload) as [
          string,
          string,
          ReadonlyArray<unknown>,
          string,
          unknown
        ]
        this.queue.push({ id, slot, token, request: { url, name, args, task, ambient } })
        return
      }
      case Kind.interrupt:
        return this.interrupt(frame.id)
      case Kind.close:
        this.replies.write(bareFrame(Kind.answer))
        return this.close()
    }
  }

  /** Begins what there is room for. To be called when frames have come. */
  readonly pump = (): void => {
    if (this.isPumping) return
    this.isPumping = true
    const start = performance.now()
    try {
      while (this.running.size + this.loading.size < this.concurrency && this.head < this.queue.length) {
        if (performance.now() - start > longestTurn) {
          setImmediate(this.pump)
          break
        }
        this.begin(this.next())
      }
    } finally {
      this.isPumping = false
    }
  }

  /** Ends in good order. What has not begun will not. */
  close(): void {
    if (this.isClosing) return
    this.isClosing = true
    while (this.head < this.queue.length) this.skip(this.next().id)
    for (const id of this.loading.keys()) this.skip(id)
    this.loading.clear()
    this.hosted.performer.close().then(() => this.exit(), this.exit)
  }

  private next(): Entry {
    const entry = this.queue[this.head++]!
    if (this.head === this.queue.length) {
      this.queue = []
      this.head = 0
    }
    return entry
  }

  private begin(entry: Entry): void {
    const loaded = this.isClosing ? undefined : this.hosted.performer.load?.(entry.request)
    if (loaded === undefined) return this.call(entry)
    this.replies.write(bareFrame(Kind.loading, entry.id))
    this.loading.set(entry.id, entry)
    void loaded.then(() => {
      if (this.loading.delete(entry.id)) this.call(entry)
      this.pump()
    })
  }

  private call(entry: Entry): void {
    const { id, request } = entry
    if (this.isClosing || (this.marks !== undefined && !this.marks.begin(entry.slot, entry.token))) return this.skip(id)
    this.running.set(id, undefined)
    let hasEnded = false
    const performance = this.hosted.performer.perform(request, (reply) => {
      if (hasEnded) return
      hasEnded = true
      this.running.delete(id)
      this.reply(id, request.task, reply)
      // Not from here: what has ended is still on the stack.
      if (!this.isPumping) queueMicrotask(this.pump)
    })
    if (!hasEnded) this.running.set(id, performance)
  }

  private skip(id: number): void {
    this.replies.write(bareFrame(Kind.skipped, id))
  }

  private reply(id: number, task: string, reply: CallReply): void {
    this.replies.write(this.encoded(id, task, reply))
  }

  private encoded(id: number, task: string, reply: CallReply): Buffer {
    try {
      return encodeFrame(Kind.reply, reply._tag === "Success" ? [reply.value] : [undefined, reply.cause], id)
    } catch (reason) {
      const other = this.hosted.encodingFailure(task, reason, reply)
      return encodeFrame(Kind.reply, other._tag === "Success" ? [other.value] : [undefined, other.cause], id)
    }
  }

  private interrupt(id: number): void {
    const answer = bareFrame(Kind.answer, id)
    const performance = this.running.get(id)
    if (this.loading.delete(id)) {
      this.skip(id)
      return this.pump()
    }
    if (performance === undefined) {
      const index = this.queue.findIndex((entry, i) => i >= this.head && entry.id === id)
      if (index >= 0) {
        this.queue.splice(index, 1)
        this.skip(id)
      } else this.replies.write(answer)
      return
    }
    this.replies.write(answer)
    performance.interrupt()
  }
}
