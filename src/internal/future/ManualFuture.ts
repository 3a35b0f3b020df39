import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import { InvalidStateError } from "../../Errors.ts"
import type { Settable } from "../../Future.ts"
import { FutureImpl } from "./FutureImpl.ts"
import * as trampoline from "../trampoline.ts"

/** A future that no executor owns. Its fiber waits to be told its exit. */
export class ManualFuture<A, E> extends FutureImpl<A, E> implements Settable<A, E> {
  declare readonly "~effect-futures/Future/Settable": Settable<A, E>["~effect-futures/Future/Settable"]
  readonly fiber: Fiber.Fiber<A, E>
  private settle: ((exit: Exit.Exit<A, E>) => void) | undefined = undefined
  // A scheduler may keep the fiber from its first step until after it was settled.
  private settledWith: Exit.Exit<A, E> | undefined = undefined

  constructor(name: string | undefined, maker: Fiber.Fiber<unknown, unknown>) {
    super(name)
    // The fiber must not give way between being settled, or interrupted, and its end: the other could come in between.
    this.fiber = Effect.runForkWith(Context.add(maker.context, Scheduler.PreventSchedulerYield, true))(
      Effect.callback<A, E>((resume) => {
        if (this.settledWith === undefined) this.settle = resume
        else resume(this.settledWith)
      })
    )
    this.fiber.addObserver((exit) => {
      const isOutermost = trampoline.enter()
      try {
        this.end(exit)
      } finally {
        trampoline.leave(isOutermost)
      }
    })
  }

  get engine(): undefined {
    return undefined
  }

  /** Throws an `InvalidStateError` for a future that is done. */
  settleWith(operation: string, exit: Exit.Exit<A, E>): void {
    if (this.isDone || this.settledWith !== undefined) {
      throw new InvalidStateError({ future: this.toString(), operation, reason: "it is already done" })
    }
    this.settledWith = exit
    this.settle?.(exit)
  }

  /** `false` for one that was cancelled; throws an `InvalidStateError` for one that is past pending otherwise. */
  setRunning(): boolean {
    if (this.state === "cancelled") return false
    if (this.state !== "pending" || this.settledWith !== undefined) {
      throw new InvalidStateError({
        future: this.toString(),
        operation: "setRunning",
        reason: `only a pending future can start to run`
      })
    }
    this.state = "running"
    return true
  }
}
