import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { forgetCurrentFiber, unwind } from "../../effectInternals.ts"
import type { CallRequest } from "../Call.ts"
import type { RunningCall } from "./CallRunner.ts"

/** A task that is an effect, in a fiber and a scope of its own. */
export class TaskFiber implements RunningCall {
  readonly request: CallRequest
  private readonly effect: Effect.Effect<unknown, unknown, unknown>
  private readonly context: Context.Context<never>
  private readonly ended: (exit: Exit.Exit<unknown, unknown>) => void
  private fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined

  constructor(
    request: CallRequest,
    effect: Effect.Effect<unknown, unknown, unknown>,
    context: Context.Context<never>,
    ended: (exit: Exit.Exit<unknown, unknown>) => void
  ) {
    this.request = request
    this.effect = effect
    this.context = context
    this.ended = ended
  }

  /** Calls `ended` before it returns if there was nothing to wait for. */
  start(): void {
    const scope = Scope.makeUnsafe()
    const context = Context.add(this.context, Scope.Scope, scope)
    const body = Effect.onExit(
      Effect.withFiber((fiber) => {
        // Not what `runForkWith` gives: it may be cut off before it gives anything.
        this.fiber = fiber
        // Observed from within for the same reason.
        fiber.addObserver(this.ended)
        // All that it needs is in the context: the types of tasks see to it.
        return this.effect as Effect.Effect<unknown, unknown>
      }),
      // Closed also while it is empty: a fiber that outlives the task may want to add to it later.
      (exit) => Scope.closeUnsafe(scope, exit) ?? Effect.void
    )
    Effect.runForkWith(context)(body)
  }

  interrupt(): void {
    this.fiber?.interruptUnsafe()
  }

  /** The fiber's code was cut off, and it is not to go on: its cleanup may take as long as the code did. */
  abandon(): void {
    const { fiber } = this
    if (fiber === undefined) return
    if (fiber === Fiber.getCurrent()) forgetCurrentFiber()
    // A fiber that waits for one that was cut off cleans up as ever.
    else fiber.interruptUnsafe()
  }

  /**
   * Code was cut off by force. If a fiber ran that a task had forked, or that builds a layer, it is still as it was then, and would stay
   * so for ever, with those that wait for it: it is interrupted, so that its finalizers run. `false` if that cannot be done.
   */
  static afterCut(): boolean {
    const current = Fiber.getCurrent()
    forgetCurrentFiber()
    return Fiber.getCurrent() === undefined && (current === undefined || unwind(current, Effect.interrupt))
  }
}
