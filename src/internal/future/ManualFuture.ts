import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import { InvalidStateError } from "../../Errors.ts"
import type { Settable } from "../../Future.ts"
import { FutureImpl } from "./FutureImpl.ts"
import * as trampoline from "../trampoline.ts"

/** A future that no executor owns. Its fiber waits until it is settled. */
export class ManualFuture<A, E> extends FutureImpl<A, E> implements Settable<A, E> {
  declare readonly "~effect-futures/Future/Settable": Settable<A, E>["~effect-futures/Future/Settable"]
  readonly fiber: Fiber.Fiber<A, E>
  private settle: ((exit: Exit.Exit<A, E>) => void) | undefined = undefined
  // A scheduler may keep the fiber from its first step until after the settlement.
  private settledWith: Exit.Exit<A, E> | undefined = undefined

  constructor(name: string | undefined, maker: Fiber.Fiber<unknown, unknown>) {
    super(name)
    // The fiber must not give way between its settlement, or an interruption, and its end, because the other could come in between.
    this.fiber = Effect.runForkWith(Context.add(maker.context, Scheduler.PreventSchedulerYield, true))(
      Effect.callback<A, E>((resume) => {
        if (this.settledWith === undefined) this.settle = resume
        else resume(this.settledWith)
      })
    )
    this.fiber.addObserver((exit) => trampoline.change(() => this.end(exit)))
  }

  get engine(): undefined {
    return undefined
  }

  /** Throws an `InvalidStateError` if the future is done. */
  settleWith(operation: string, exit: Exit.Exit<A, E>): void {
    if (this.isDone || this.settledWith !== undefined) {
      throw new InvalidStateError({ future: this.toString(), operation, reason: "it is already done" })
    }
    this.settledWith = exit
    this.settle?.(exit)
  }

  /** `false` if the future was cancelled. Throws an `InvalidStateError` if it is not pending for another reason. */
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
