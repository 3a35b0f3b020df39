import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ShutdownMode, ShutdownOptions } from "../Executor.ts"
import type { Engine } from "./Engine.ts"
/**
 * Takes no more tasks, and stops those that `mode` says. Returns at once. A milder mode than
 * one asked for before changes nothing.
 */
export declare const close: (engine: Engine, mode: ShutdownMode, by: number | undefined) => void
/** Waits for the end of an executor or group that was closed. */
export declare const awaitEnd: (engine: Engine) => Effect.Effect<void>
/** `Executor.shutdown`. */
export declare const shutdownEngine: (engine: Engine, options: ShutdownOptions | undefined) => Effect.Effect<void>
/** Closes it, stops all that it has, and waits for the end: what closing a scope does. */
export declare const interruptEngine: (engine: Engine) => Effect.Effect<void>
/**
 * Sees an engine off: once it is closed and its last task has ended, the callbacks of its futures are
 * waited for (or, in mode `"interrupt"`, stopped), then `release` lets go of the workers, then `terminated` opens.
 */
export declare const endWhenDrained: (
  engine: Engine,
  release: Effect.Effect<void>,
  context: Context.Context<never>
) => void
