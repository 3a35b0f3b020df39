import type * as Fiber from "effect/Fiber"
import { type ExternalIO, turn } from "./ExternalIO.ts"
import { parked, perform, type Primitive } from "./primitives.ts"
import type { Entry } from "./FiberState.ts"
import type { ReadyList } from "./ReadyList.ts"
import type { VirtualClock } from "./VirtualClock.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

// Limits: the number of steps of all finalizers together, and how often finalizers may leave other fibers to be ended.
const mostSteps = 20_000
const mostRounds = 5

const none: ReadonlySet<Entry> = new Set()

/** Ends everything that a schedule has left, with its finalizers, in Effect's own order. */
export class Cleanup {
  private readonly known: ReadonlyMap<AnyFiber, unknown>
  /** These fibers, and fibers that finalizers have begun. Made when it is needed, because most schedules leave nothing. */
  private withBegun: Set<AnyFiber> | undefined = undefined
  private readonly ready: ReadyList
  private readonly clock: Pick<VirtualClock<unknown>, "advance">
  private readonly io: ExternalIO
  // Fibers that were forked before the schedule ended, and have not begun.
  private readonly unbegun: ReadonlySet<Entry>
  private isUnbegun = false
  private steps = 0

  constructor(
    fibers: ReadonlyMap<AnyFiber, unknown>,
    ready: ReadyList,
    clock: Pick<VirtualClock<unknown>, "advance">,
    io: ExternalIO
  ) {
    this.known = fibers
    this.ready = ready
    this.clock = clock
    this.io = io
    this.unbegun = ready.length === 0 ? none : new Set(ready.all.filter((entry) => entry.state.fiber === undefined))
  }

  /** Returns a promise only if there is something to wait for. */
  end(): Promise<void> | undefined {
    if (this.isOver && this.ready.length === 0) return undefined
    this.interrupt()
    this.work()
    if (this.isOver) return undefined
    this.io.end()
    return this.endSlowly()
  }

  private get fibers(): Set<AnyFiber> {
    return (this.withBegun ??= new Set(this.known.keys()))
  }

  private get isOver(): boolean {
    for (const fiber of this.withBegun ?? this.known.keys()) if (fiber.pollUnsafe() === undefined) return false
    return true
  }

  private interrupt(): void {
    for (const fiber of Array.from(this.fibers)) if (fiber.pollUnsafe() === undefined) fiber.interruptUnsafe()
  }

  private work(): void {
    for (let entry = this.ready.first; entry !== undefined; entry = this.ready.first) {
      this.ready.remove(entry)
      this.isUnbegun = this.unbegun.has(entry)
      entry.run()
      this.isUnbegun = false
    }
  }

  private async endSlowly(): Promise<void> {
    for (let round = 0; round < mostRounds && !this.isOver; round++) {
      // Fibers that finalizers have begun are ended when the finalizers are done.
      if (round > 0) this.interrupt()
      do {
        this.work()
        await turn()
      } while (!this.isOver && (this.ready.length > 0 || (await this.io.mayCome()) || this.clock.advance()))
    }
    this.steps = Infinity
    this.ready.clear()
  }

  step(primitive: Primitive, fiber: AnyFiber): unknown {
    if (!this.fibers.has(fiber)) {
      this.fibers.add(fiber)
      if (this.isUnbegun) fiber.interruptUnsafe()
    }
    return perform(++this.steps > mostSteps ? parked : primitive, fiber)
  }
}
