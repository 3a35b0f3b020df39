import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

/** The fiber that runs the task for an item with what `each` has made of that, where `map` has a future otherwise. */
export class EachRun {
  readonly fiber: Fiber.Fiber<unknown, unknown>

  constructor(fiber: Fiber.Fiber<unknown, unknown>) {
    this.fiber = fiber
  }

  get exit(): Exit.Exit<unknown, unknown> | undefined {
    return this.fiber.pollUnsafe()
  }

  get isDone(): boolean {
    return this.exit !== undefined
  }

  observe(observer: () => void): void {
    this.fiber.addObserver(observer)
  }
}
