import type * as Cause from "effect/Cause"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Event } from "../Executor.ts"
import type { Engine } from "./Engine.ts"
/** Hands events to whoever listens; where nobody does, they are not even made. */
export declare class EventHub {
  private readonly listeners
  private ended
  get isHeard(): boolean
  add(listener: Queue.Queue<Event, Cause.Done>): void
  remove(listener: Queue.Queue<Event, Cause.Done>): void
  publish(event: Event): void
  /** No event follows. */
  end(): void
}
/** The events from now on. */
export declare const eventsOf: (engine: () => Engine) => Stream.Stream<Event>
