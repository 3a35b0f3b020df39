import * as Effect from "effect/Effect"

/**
 * Collects what comes in one turn, and while what came before is being dealt with, and has it dealt with together.
 */
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
    return Effect.andThen(this.run(this.items.splice(0, this.most)), this.loop)
  })

  /** Waits until nothing is left to deal with. */
  get idle(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (!this.isRunning) return resume(Effect.void)
      this.onIdle.push(() => resume(Effect.void))
    })
  }
}
