import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

/**
 * An entry of `map` with `each`: the fiber that runs the task for an item in the way that `each` says. Without `each`, the entry is a
 * future.
 */
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
