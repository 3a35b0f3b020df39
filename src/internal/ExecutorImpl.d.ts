import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ExecutorShutdownError, type QueueFullError } from "../Errors.ts"
import type { EffectExecutor, SubmitOptions } from "../Executor.ts"
import type { Future } from "../Future.ts"
import type { Engine } from "./Engine.ts"
export declare const TypeId: "~effect-futures/Executor"
/** An executor as its users have it in hand. What it does is in its engine. */
export declare class ExecutorImpl<X> implements EffectExecutor<X> {
  #private
  readonly [TypeId]: typeof TypeId
  readonly name: string
  readonly maxWorkers: number
  constructor(engine: Engine)
  static engineOf(executor: ExecutorImpl<unknown>): Engine
  readonly submit: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options?: SubmitOptions
  ) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
  pipe(): unknown
  toString(): string
  toJSON(): string
}
export declare const isExecutorImpl: (u: unknown) => u is ExecutorImpl<unknown>
/** Throws an `InvalidOptionsError` for what is no executor of this library. */
export declare const engineOf: (executor: unknown) => Engine
