import * as Effect from "effect/Effect"
import type { SubmitOptions } from "../../Executor.ts"
import { cancel } from "../future/cancel.ts"
import type { Engine } from "./Engine.ts"
import { submit } from "./submit.ts"
import type { TaskFuture } from "./TaskFuture.ts"

/** Submits and hands the future to `use`; the task does not outlive it. */
export const withSubmitted = <A, E, B, E2>(
  engine: Engine,
  effect: Effect.Effect<A, E>,
  options: SubmitOptions | undefined,
  use: (future: TaskFuture<A, E>) => Effect.Effect<B, E2>,
  overflow?: "suspend" | "fail"
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(submit(engine, effect, options, overflow, restore), (future) =>
      Effect.onInterrupt(restore(use(future)), () => cancel(future))
    )
  )

export const runOn = <A, E>(engine: Engine, effect: Effect.Effect<A, E>, options: SubmitOptions | undefined) =>
  withSubmitted(engine, effect, options, (future) => future)
