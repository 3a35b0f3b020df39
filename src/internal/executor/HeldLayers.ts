import * as Effect from "effect/Effect"
import { isTask } from "../task/TaskFunction.ts"
import { functionOf } from "../task/TaskImpl.ts"
import type { TaskLayer } from "../task/TaskLayer.ts"

/** The layers of the task modules that an executor in this process has run. It keeps them until its end, as a worker does. */
export class HeldLayers {
  private readonly releases = new Map<TaskLayer<never, unknown, unknown>, Effect.Effect<void>>()

  /** Keeps the layer of the task, if it is a task and has one. */
  hold(effect: Effect.Effect<unknown, unknown>): void {
    const layer = isTask(effect) ? functionOf(effect).layer : undefined
    if (layer !== undefined && !this.releases.has(layer)) this.releases.set(layer, layer.hold())
  }

  /** Releases all of them. */
  readonly release: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach(Array.from(this.releases.values()).toReversed(), (release) => release, { discard: true })
  )
}
