import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { TaskCancelledError } from "../Errors.ts"
import type { Future, State } from "../Future.ts"
import type { Engine } from "./Engine.ts"
export declare const TypeId: "~effect-futures/Future"
/** What futures made by hand and futures of an executor have in common. */
export declare abstract class FutureImpl<A, E>
  extends Effectable.Class<A, E | TaskCancelledError>
  implements Future<A, E>
{
  readonly [TypeId]: typeof TypeId
  readonly id: number
  state: State
  fiber: Fiber.Fiber<A, E>
  private givenName
  private observers
  constructor(name: string | undefined)
  get name(): string
  /** The executor or group that it was submitted to; none for a future made by hand. */
  abstract readonly engine: Engine | undefined
  get exit(): Exit.Exit<A, E> | undefined
  get isDone(): boolean
  /** Calls `observer` when this future is done; not for one that is done already. The result takes it back. */
  observe(observer: () => void): () => void
  /** Goes to the final state. To be called once, by the observer of the fiber. */
  protected end(exit: Exit.Exit<A, E>): void
  asEffect(): Effect.Effect<A, E | TaskCancelledError>
  toString(): string
  toJSON(): unknown
}
export declare const isFutureImpl: (u: unknown) => u is FutureImpl<unknown, unknown>
