import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Settable } from "../Future.ts"
import { FutureImpl } from "./FutureImpl.ts"
/** A future that no executor owns. Its fiber waits to be told its exit. */
export declare class ManualFuture<A, E> extends FutureImpl<A, E> implements Settable<A, E> {
  readonly "~effect-futures/Future/Settable": Settable<A, E>["~effect-futures/Future/Settable"]
  private settle
  private settledWith
  constructor(name: string | undefined, maker: Fiber.Fiber<unknown, unknown>)
  get engine(): undefined
  /** Throws an `InvalidStateError` for a future that is done. */
  settleWith(operation: string, exit: Exit.Exit<A, E>): void
  /** `false` for one that was cancelled; throws an `InvalidStateError` for one that is past pending otherwise. */
  setRunning(): boolean
}
