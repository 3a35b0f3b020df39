import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import type { Engine } from "../executor/Engine.ts"
import { Fifo } from "../Fifo.ts"
import { ownTask, suspend } from "../future/blocking.ts"
import * as trampoline from "../trampoline.ts"

type Chunk = readonly [unknown, ...Array<unknown>]

/** The reader's end of a stream, as its writer sees it. */
export interface ElementReader {
  /** The executor whose workers may be lent while a writer here waits for its reader. */
  readonly engine: Engine | undefined
  /** How many elements may come before the first request. */
  readonly buffer: number
  /** How many requested elements have not arrived. If there are none, the writer waits for its reader. */
  readonly outstanding: number
  /** The task has a worker. `ask` requests elements there, in addition to the first `buffer` ones. */
  connect(ask: (count: number) => void): void
  /** Elements have arrived. `false` if they were not requested. */
  receive(elements: ReadonlyArray<unknown>): boolean
  /** The stream has ended. Only the first call counts. */
  end(exit: Exit.Exit<unknown, unknown>): void
}

/**
 * The reader's end of a stream whose writer is a task.
 *
 * It requests `buffer` elements at first, and then as many as the reader has processed. So never more than `buffer` are on their way or
 * wait here. It passes on half of them at a time, so that the others are there, or arrive, while the reader processes these.
 *
 * Small elements arrive many at a time, and are requested in bulk. Elements that arrive one at a time are mostly large, or slow to make, so
 * the writer is told early that there is room. Each request is for twice as many as arrived together, so that bulks grow again.
 */
export class StreamReader implements ElementReader {
  readonly engine: Engine | undefined
  readonly buffer: number
  outstanding: number
  /** How many are passed on at a time, at most. */
  private readonly most: number
  /** How many are requested at a time, at least, as long as the writer has demand left. */
  private bulk: number
  private readonly queue = new Fifo<ReadonlyArray<unknown>>()
  /** How far the first chunk was passed on. */
  private at = 0
  private handedOn = 0
  /** Processed elements for which no others were requested. */
  private owed = 0
  private exit: Exit.Exit<unknown, unknown> | undefined = undefined
  private wake: (() => void) | undefined = undefined
  private ask: ((count: number) => void) | undefined = undefined
  private onWait: ((isWaiting: boolean) => void) | undefined = undefined

  constructor(engine: Engine | undefined, buffer: number) {
    this.engine = engine
    this.buffer = this.outstanding = buffer
    this.most = this.bulk = Math.max(1, buffer >> 1)
  }

  /** Calls back when the writer begins to wait for its reader, and when it goes on. */
  tellWaits(onWait: (isWaiting: boolean) => void): void {
    this.onWait = onWait
  }

  // -------------------------------------------------------- for the writer

  connect(ask: (count: number) => void): void {
    this.ask = ask
  }

  receive(elements: ReadonlyArray<unknown>): boolean {
    if (elements.length > this.outstanding) return false
    if (elements.length === 0 || this.exit !== undefined) return true
    this.queue.push(elements)
    this.bulk = Math.min(this.most, 2 * elements.length)
    this.outstanding -= elements.length
    if (this.outstanding === 0) this.onWait?.(true)
    this.wakeReader()
    return true
  }

  end(exit: Exit.Exit<unknown, unknown>): void {
    if (this.exit !== undefined) return
    this.exit = exit
    this.wakeReader()
  }

  private wakeReader(): void {
    const { wake } = this
    this.wake = undefined
    wake?.()
  }

  // -------------------------------------------------------- for the reader

  private get isReady(): boolean {
    return this.queue.length > 0 || this.exit !== undefined
  }

  /** The next elements, or the end. A pull means that the elements before were processed. */
  readonly pull: Pull.Pull<Chunk, unknown> = Effect.withFiber((fiber) => {
    this.owed += this.handedOn
    this.handedOn = 0
    this.askForMore()
    if (this.isReady) return this.next()
    const wait = suspend<void>(ownTask(fiber, this.engine), (resume, isBlocked) => {
      // The fiber may have given way since the last look.
      if (this.isReady) resume(Effect.void)
      const wake = () => resume(Effect.void)
      this.wake = isBlocked ? wake : () => trampoline.run(wake)
      return () => {
        this.wake = undefined
      }
    })
    return Effect.andThen(
      wait,
      Effect.suspend(() => this.next())
    )
  })

  /** Requests in bulk, as long as the writer has demand left. */
  private askForMore(): void {
    const { outstanding, owed } = this
    if (owed === 0 || this.exit !== undefined || (owed < this.bulk && outstanding > 0)) return
    this.owed = 0
    this.outstanding += owed
    if (outstanding === 0) this.onWait?.(false)
    this.ask?.(owed)
  }

  private next(): Exit.Exit<Chunk, unknown> {
    const elements = this.queue.length === 0 ? undefined : this.takeElements()
    if (elements === undefined) return this.last()
    this.handedOn = elements.length
    // Chunks are never empty.
    return Exit.succeed(elements as Chunk)
  }

  private takeElements(): ReadonlyArray<unknown> {
    const first = this.takeFrom(this.most)
    if (first.length === this.most || this.queue.length === 0) return first
    const elements = Array.from(first)
    while (elements.length < this.most && this.queue.length > 0) {
      for (const element of this.takeFrom(this.most - elements.length)) elements.push(element)
    }
    return elements
  }

  /** Some of the elements that arrived together, at most so many. */
  private takeFrom(most: number): ReadonlyArray<unknown> {
    const batch = this.queue.first!
    const { at } = this
    this.at = at + Math.min(most, batch.length - at)
    const elements = at === 0 && this.at === batch.length ? batch : batch.slice(at, this.at)
    if (this.at === batch.length) {
      this.queue.shift()
      this.at = 0
    }
    return elements
  }

  private last(): Exit.Exit<never, unknown> {
    const exit = this.exit!
    return Exit.isFailure(exit) ? Exit.failCause(exit.cause) : Exit.fail(Cause.Done())
  }
}
