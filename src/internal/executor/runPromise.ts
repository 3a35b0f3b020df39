import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { InvalidOptionsError } from "../../Errors.ts"
import type { RunPromiseOptions } from "../../Executor.ts"
import { engineOf } from "./ExecutorImpl.ts"
import { runOn } from "./run.ts"

/** `Executor.runPromise`. */
export const runPromiseOn = async (executor: unknown, effect: unknown, options: unknown): Promise<unknown> => {
  const { signal, ...submitOptions } = (options ?? {}) as RunPromiseOptions
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidOptionsError({ option: "signal", value: signal, expected: "an AbortSignal" })
  }
  signal?.throwIfAborted()
  const running = Effect.suspend(() => runOn(engineOf(executor), effect as Effect.Effect<unknown>, submitOptions))
  const exit = await Effect.runPromiseExit(running, signal === undefined ? undefined : { signal })
  if (exit._tag === "Success") return exit.value
  const isAborted = signal?.aborted === true && Cause.hasInterruptsOnly(exit.cause)
  throw isAborted ? signal.reason : Cause.squash(exit.cause)
}
