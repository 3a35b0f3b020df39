import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import { WorkerCrashedError } from "../../../Errors.ts"
import type { Future } from "../../../Future.ts"
import { TaskFuture } from "../../executor/TaskFuture.ts"
import { unknownExit } from "../../executor/workers/WorkerEnd.ts"
import { keepReaderWaits, ReaderWaits } from "../../stream/ReaderWaits.ts"
import { StreamCall } from "../../stream/StreamCall.ts"
import type { ElementReader } from "../../stream/StreamReader.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { writeElement } from "../payload.ts"
import type { Claimed } from "../storage/Row.ts"
import type { NewElements, Progress } from "../storage/StreamLedger.ts"

/** The common sink of a machine's streams. */
export interface RelaySink {
  /** Stores elements. `done` is called with whether the claim still holds. */
  append(elements: NewElements, done: (isHeld: boolean) => void): void
  /** How far earlier attempts have come. */
  progress(seq: number): Effect.Effect<Progress>
}

/**
 * Takes the elements of a stream from the host, as far as the reader has demand, and stores them.
 *
 * If the task has run before, the elements that are already stored are skipped and compared by their digest. So the reader gets no element
 * twice, and never the end of one stream after the beginning of another.
 */
export class StreamRelay implements ElementReader {
  readonly engine = undefined
  readonly buffer: number
  outstanding: number
  private readonly row: Claimed
  private readonly fn: TaskFunction
  private readonly maxPayloadBytes: number
  private readonly sink: RelaySink
  private readonly fail: (why: "failed" | "lost") => void
  private known: Progress = { count: 0, digest: 0 }
  /** Elements that have come from the host in this attempt. */
  private count = 0
  private digest = 0
  /** The reader's demand in total. */
  private demanded: number
  private appending = 0
  private failure: Exit.Exit<never, unknown> | undefined = undefined
  private ask: ((count: number) => void) | undefined = undefined
  private waits: ReaderWaits | undefined = undefined
  private onAppended: (() => void) | undefined = undefined

  constructor(options: {
    readonly row: Claimed
    readonly buffer: number
    readonly fn: TaskFunction
    readonly maxPayloadBytes: number
    readonly sink: RelaySink
    /** Stops the task. Either `ended` knows the failure, or the claim is lost. */
    readonly fail: (why: "failed" | "lost") => void
  }) {
    const { buffer, fail, fn, maxPayloadBytes, row, sink } = options
    this.row = row
    this.buffer = this.outstanding = buffer
    this.fn = fn
    this.maxPayloadBytes = maxPayloadBytes
    this.sink = sink
    this.fail = fail
    this.demanded = Math.max(buffer, row.demanded ?? 0)
  }

  /** The call for the host. */
  call(args: ReadonlyArray<unknown>): Effect.Effect<StreamCall> {
    const { row, sink } = this
    const progress = row.claims > 1 ? sink.progress(row.seq) : Effect.succeed(this.known)
    return Effect.map(progress, (known) => {
      this.known = known
      return new StreamCall(this.fn, args, this)
    })
  }

  /** The time in which the stream waits for its reader does not count for the task. */
  runsAs(future: Future<unknown, unknown>): void {
    if (!(future instanceof TaskFuture)) return
    this.waits = new ReaderWaits(future.submitContext.clock)
    keepReaderWaits(future, this.waits)
    if (this.outstanding === 0) this.waits.changed(true)
  }

  connect(ask: (count: number) => void): void {
    this.ask = ask
    this.askForMore()
  }

  /** The reader's demand is so many elements in total. */
  demandedAll(count: number): void {
    if (count <= this.demanded) return
    this.demanded = count
    this.askForMore()
  }

  private askForMore(): void {
    const more = Math.min(this.buffer, this.demanded - this.count) - this.outstanding
    if (more <= 0 || this.ask === undefined || this.failure !== undefined) return
    if (this.outstanding === 0) this.waits?.changed(false)
    this.outstanding += more
    this.ask(more)
  }

  receive(elements: ReadonlyArray<unknown>): boolean {
    if (elements.length > this.outstanding) return false
    if (elements.length === 0 || this.failure !== undefined) return true
    this.outstanding -= elements.length
    const texts: Array<string> = []
    for (const element of elements) {
      if (!this.take(element, texts)) break
    }
    if (texts.length > 0) this.append(texts)
    // Skipped elements make room at once.
    this.askForMore()
    if (this.outstanding === 0) this.waits?.changed(true)
    return true
  }

  /** `false` if the stream has failed with it. */
  private take(element: unknown, texts: Array<string>): boolean {
    const { fn, known, maxPayloadBytes, row } = this
    let text: string
    try {
      text = writeElement(element, fn.streaming, this.count, row.label, maxPayloadBytes)
    } catch (error) {
      // `writeElement` throws nothing else.
      return this.failWith(Exit.fail(error))
    }
    this.count++
    this.digest = (Math.imul(this.digest, 31) + Hash.string(text)) | 0
    if (this.count > known.count) texts.push(text)
    else if (this.count === known.count && this.digest !== known.digest) return this.failWith(this.diverged)
    return true
  }

  private failWith(failure: Exit.Exit<never, unknown>): false {
    this.failure = failure
    this.fail("failed")
    return false
  }

  private append(texts: ReadonlyArray<string>): void {
    const { claims, seq } = this.row
    const end = this.count
    const start = end - texts.length
    this.appending++
    this.sink.append({ seq, claims, start, end, digest: this.digest, elements: `[${texts.join(",")}]` }, (isHeld) => {
      this.appending--
      if (!isHeld) this.fail("lost")
      if (this.appending === 0) this.onAppended?.()
    })
  }

  end(): void {}

  /** The outcome of the stream, after all elements before it are stored. `exit` is how it ended in the host. */
  ended(exit: Exit.Exit<unknown, unknown>): Effect.Effect<Exit.Exit<unknown, unknown>> {
    const appended = Effect.callback<void>((resume) => {
      if (this.appending === 0) resume(Effect.void)
      else this.onAppended = () => resume(Effect.void)
    })
    return Effect.map(appended, () => {
      if (this.failure !== undefined) return this.failure
      return Exit.isSuccess(exit) && this.count < this.known.count ? this.diverged : exit
    })
  }

  private get diverged(): Exit.Exit<never, WorkerCrashedError> {
    const { known, row } = this
    const reason = new Error(
      `an earlier attempt ended after ${known.count} elements, and this one made different ones: ` +
        "a stream can be run again only if it makes the same elements each time"
    )
    return Exit.fail(new WorkerCrashedError({ task: row.label, worker: "durable", ...unknownExit, reason }))
  }
}
