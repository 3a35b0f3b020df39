import * as Effect from "effect/Effect"
import type { SubmitOptions } from "../Executor.ts"
import type { Engine } from "./Engine.ts"
import type { TaskFuture } from "./TaskFuture.ts"
/** Submits and hands the future to `use`; the task does not outlive it. */
export declare const withSubmitted: <A, E, B, E2>(
  engine: Engine,
  effect: Effect.Effect<A, E>,
  options: SubmitOptions | undefined,
  use: (future: TaskFuture<A, E>) => Effect.Effect<B, E2>
) => Effect.Effect<B, E2 | import("../Errors.ts").ExecutorShutdownError | import("../Errors.ts").QueueFullError, never>
export declare const runOn: <A, E>(
  engine: Engine,
  effect: Effect.Effect<A, E>,
  options: SubmitOptions | undefined
) => Effect.Effect<
  A,
  | E
  | import("../Errors.ts").ExecutorShutdownError
  | import("../Errors.ts").QueueFullError
  | import("../Errors.ts").TaskCancelledError
  | import("../Errors.ts").TaskTimeoutError,
  never
>
