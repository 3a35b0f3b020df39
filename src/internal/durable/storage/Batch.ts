import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

// Only a fault of this library gets here. The items after it must not wait for ever.
const tell = (cause: Cause.Cause<never>): Effect.Effect<void> =>
  Effect.logError("Durable tasks: a part of the work failed, and is left out", cause)

/** Handles items together: all that come in one turn, or while the ones before are being handled. */
export class Batch<A> {
  private readonly run: (items: ReadonlyArray<A>) => Effect.Effect<void>
  private readonly most: number
  private items: Array<A> = []
  private isRunning = false
  private onIdle: Array<() => void> = []

  /** `run` handles its own failures. */
  constructor(run: (items: ReadonlyArray<A>) => Effect.Effect<void>, most: number) {
    this.run = run
    this.most = most
  }

  add(item: A): void {
    this.items.push(item)
    if (this.isRunning) return
    this.isRunning = true
    Effect.runFork(Effect.andThen(Effect.yieldNow, this.loop))
  }

  private readonly loop: Effect.Effect<void> = Effect.suspend(() => {
    if (this.items.length === 0) {
      this.isRunning = false
      for (const wake of this.onIdle.splice(0)) wake()
      return Effect.void
    }
    return Effect.andThen(Effect.catchCause(this.run(this.items.splice(0, this.most)), tell), this.loop)
  })

  /** Waits until no items are left. */
  get idle(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (!this.isRunning) return resume(Effect.void)
      this.onIdle.push(() => resume(Effect.void))
    })
  }
}
