import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

type AnyFiber = Fiber.Fiber<unknown, unknown>

const waits = new WeakMap<AnyFiber, string>()

/** The turn that a fiber waits for, in words. */
export const waitOf = (fiber: AnyFiber | undefined): string | undefined => fiber && waits.get(fiber)

/** Lets fibers pass checkpoints in a given order. */
export class Turns {
  readonly names: ReadonlyArray<string>
  private at = 0
  // Waiting fibers, by their places in the order.
  private readonly waiting = new Map<number, () => void>()

  constructor(names: ReadonlyArray<string>) {
    this.names = names
  }

  /** How many checkpoints have been passed. */
  get step(): number {
    return this.at
  }

  get isOver(): boolean {
    return this.at === this.names.length
  }

  /** The names of checkpoints at which fibers wait. */
  get waitingNames(): ReadonlyArray<string> {
    return Array.from(this.waiting.keys())
      .toSorted((a, b) => a - b)
      .map((step) => this.names[step]!)
  }

  /** Ends when it is the turn of this checkpoint. The check and the wait are one step, because a turn could come in between. */
  reach(name: string, fiber: AnyFiber): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const step = this.stepOf(name)
      if (step === this.at) this.pass(fiber)
      // A checkpoint that is not in the list, or not so often, is passed at once.
      if (step === undefined || step < this.at) return resume(Effect.void)
      waits.set(fiber, this.describe(step))
      this.waiting.set(step, () => {
        waits.delete(fiber)
        this.pass(fiber)
        resume(Effect.void)
      })
      return Effect.sync(() => {
        waits.delete(fiber)
        this.waiting.delete(step)
      })
    })
  }

  private describe(step: number): string {
    return (
      `its turn at checkpoint ${JSON.stringify(this.names[step])}, step ${step + 1} of ${this.names.length}, ` +
      `when next is ${JSON.stringify(this.names[this.at])}`
    )
  }

  private stepOf(name: string): number | undefined {
    const step = this.names.findIndex((each, step) => each === name && step >= this.at && !this.waiting.has(step))
    return step < 0 ? undefined : step
  }

  private pass(fiber: AnyFiber): void {
    this.at++
    if (!this.waiting.has(this.at)) return
    // The next fiber goes on when this one has nothing to do for now. Until then this one keeps its turn.
    fiber.currentDispatcher.scheduleTask(() => {
      const next = this.waiting.get(this.at)
      this.waiting.delete(this.at)
      next?.()
    }, 0)
  }
}

/** The order that fibers must keep, if there is one. */
export const CurrentTurns = Context.Reference<Turns | undefined>("effect-futures/Interleave/Turns", {
  defaultValue: () => undefined
})
