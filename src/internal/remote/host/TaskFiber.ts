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
  private fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined

  constructor(request: CallRequest) {
    this.request = request
  }

  /** May call `ended` before it returns. */
  start(
    effect: Effect.Effect<unknown, unknown, unknown>,
    context: Context.Context<never>,
    ended: (exit: Exit.Exit<unknown, unknown>) => void
  ): void {
    const scope = Scope.makeUnsafe()
    const body = Effect.onExit(
      Effect.withFiber((fiber) => {
        // The result of `runForkWith` would be too late: the code may be cut off before that returns.
        this.fiber = fiber
        // Observed from within for the same reason.
        fiber.addObserver(ended)
        // The types of tasks make sure that the context has all services.
        return effect as Effect.Effect<unknown, unknown>
      }),
      // The scope is closed even if it is empty, because a fiber that outlives the task may want to add to it later.
      (exit) => Scope.closeUnsafe(scope, exit) ?? Effect.void
    )
    Effect.runForkWith(Context.add(context, Scope.Scope, scope))(body)
  }

  interrupt(): void {
    this.fiber?.interruptUnsafe()
  }

  /** The fiber's code was cut off, and does not go on: its cleanup could take as long as the code did. */
  abandon(): void {
    const { fiber } = this
    if (fiber === undefined) return
    if (fiber === Fiber.getCurrent()) forgetCurrentFiber()
    // A fiber that waits for one that was cut off cleans up as usual.
    else fiber.interruptUnsafe()
  }

  /**
   * Code was cut off by force. If it belonged to a fiber that a task has forked, or that builds a layer, the fiber would stay as it is for
   * ever, and so would those that wait for it. It is interrupted, so that its finalizers run. `false` if that is not possible.
   */
  static afterCut(): boolean {
    const current = Fiber.getCurrent()
    forgetCurrentFiber()
    return Fiber.getCurrent() === undefined && (current === undefined || unwind(current, Effect.interrupt))
  }
}
