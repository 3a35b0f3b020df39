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
  /** The executor whose workers may be lent while the writer waits here for its reader. */
  readonly engine: Engine | undefined
  /** Elements that may come before any more were asked for. */
  readonly buffer: number
  /** Elements that were asked for and have not come. While there are none, the writer waits for its reader. */
  readonly outstanding: number
  /** The task has a worker, which has had none of it so far: `ask` is to ask there for more than the first `buffer` elements. */
  connect(ask: (count: number) => void): void
  /** Elements have come. `false` if they were not asked for. */
  receive(elements: ReadonlyArray<unknown>): boolean
  /** The stream has ended. Only the first call counts. */
  end(exit: Exit.Exit<unknown, unknown>): void
}

/**
 * The reader's end of a stream whose writer is a task.
 *
 * What the reader has room for is asked of the writer: `buffer` elements at first, and as many more as the reader has dealt with. So
 * never more than `buffer` are on their way or wait here. Half of them are handed on at a time, so that the others are there, or
 * come, while the reader deals with those.
 *
 * Small elements come many at a time, and are asked for in bulk. Those that come one at a time are mostly large, or slow to make: then
 * the writer hears early that there is room. Twice as many are asked for as came together, so that bulks grow again when more come.
 */
export class StreamReader implements ElementReader {
  readonly engine: Engine | undefined
  readonly buffer: number
  outstanding: number
  /** How many are handed on at a time, at most. */
  private readonly most: number
  /** How many are asked for at a time, at least, as long as the writer has something to go on with. */
  private bulk: number
  private readonly queue = new Fifo<ReadonlyArray<unknown>>()
  /** How far the first of them was handed on. */
  private at = 0
  private handedOn = 0
  /** Dealt with, and not asked for anew. */
  private owed = 0
  private exit: Exit.Exit<unknown, unknown> | undefined = undefined
  private wake: (() => void) | undefined = undefined
  private ask: ((count: number) => void) | undefined = undefined
  /** Called when the writer begins or ends to wait for its reader. */
  onWait: ((isWaiting: boolean) => void) | undefined = undefined

  constructor(engine: Engine | undefined, buffer: number) {
    this.engine = engine
    this.buffer = this.outstanding = buffer
    this.most = this.bulk = Math.max(1, buffer >> 1)
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

  /** The next elements, or the end. To ask for them is to have dealt with those before. */
  readonly pull: Pull.Pull<Chunk, unknown> = Effect.withFiber((fiber) => {
    this.owed += this.handedOn
    this.handedOn = 0
    this.askForMore()
    if (this.isReady) return this.next()
    const wait = suspend<void>(ownTask(fiber, this.engine), (resume, isBlocked) => {
      // Looked at again: a fiber may have to give way between any two steps.
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

  /** Asks in bulk, as long as the writer has something to go on with. */
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
    // The chunks that have come were not empty.
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

  /** At most so many of those that have come together. */
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
