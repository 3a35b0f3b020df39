import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Event } from "../../Executor.ts"
import type { Engine } from "./Engine.ts"

/** Hands events to whoever listens; where nobody does, they are not even made. */
export class EventHub {
  private readonly listeners = new Set<Queue.Queue<Event, Cause.Done>>()
  private ended = false

  get isHeard(): boolean {
    return this.listeners.size > 0
  }

  add(listener: Queue.Queue<Event, Cause.Done>): void {
    if (this.ended) Queue.endUnsafe(listener)
    else this.listeners.add(listener)
  }

  remove(listener: Queue.Queue<Event, Cause.Done>): void {
    this.listeners.delete(listener)
  }

  publish(event: Event): void {
    for (const listener of this.listeners) Queue.offerUnsafe(listener, event)
  }

  /** No event follows. */
  end(): void {
    this.ended = true
    for (const listener of this.listeners) Queue.endUnsafe(listener)
    this.listeners.clear()
  }
}

/** The events from now on. */
export const eventsOf = (engine: () => Engine): Stream.Stream<Event> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const hub = engine().events
      const queue = yield* Queue.unbounded<Event, Cause.Done>()
      // One step, and not to be interrupted: who listens no more must be taken off the list.
      yield* Effect.acquireRelease(
        Effect.sync(() => hub.add(queue)),
        () => Effect.sync(() => hub.remove(queue))
      )
      return Stream.fromQueue(queue)
    })
  )
