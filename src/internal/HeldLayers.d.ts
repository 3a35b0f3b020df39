import * as Effect from "effect/Effect"
/** The layers of the task modules that an executor in this process has run: it keeps them until its end, as a worker does. */
export declare class HeldLayers {
  private readonly releases
  /** Keeps the layer of the task, if it is a task and has one. */
  hold(effect: Effect.Effect<unknown, unknown>): void
  /** Lets go of all of them. */
  readonly release: Effect.Effect<void>
}
