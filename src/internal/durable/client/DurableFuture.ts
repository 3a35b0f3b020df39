import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Engine } from "../../executor/Engine.ts"
import { TaskFuture } from "../../executor/TaskFuture.ts"
import type { Task } from "../../../Task.ts"
import type { DurableRequest } from "./DurableRequest.ts"
import { type CallKeeper, LedgerCall } from "./LedgerCall.ts"

/** The future of a durable task. */
export class DurableFuture<A, E> extends TaskFuture<A, E> {
  override readonly key: string
  readonly call: LedgerCall

  constructor(
    effect: Effect.Effect<A, E>,
    engine: Engine,
    request: DurableRequest,
    submitContext: { readonly context: Context.Context<never> },
    client: CallKeeper
  ) {
    super(effect, engine, request, submitContext)
    this.key = request.key
    // The executor takes nothing but tasks.
    this.call = new LedgerCall(this, effect as Task<A, E>, request, client, submitContext.context)
    this.handOver(this.call)
  }
}
