import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { InvalidOptionsError } from "../../Errors.ts"
import type { RunPromiseOptions, SubmitOptions } from "../../Executor.ts"
import { cancel } from "../future/cancel.ts"
import { aFunction, optionsOrNone } from "../options.ts"
import type { Engine } from "./Engine.ts"
import { engineOf } from "./ExecutorImpl.ts"
import { submit } from "./submit.ts"
import type { TaskFuture } from "./TaskFuture.ts"

/** The function that makes the tasks of many submissions. */
export const checkMaker = (f: unknown): Function => aFunction("f", f, "a function that returns an Effect or a Task")

export const checkEach = <F>(each: F): F & Function =>
  aFunction("each", each, "a function that takes the run of a task, such as Effect.retry(schedule)")

/** Submits, and passes the future to `use`. The task does not outlive that. */
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

/** `Executor.runPromise`. */
export const runPromiseOn = async (executor: unknown, effect: unknown, options: unknown): Promise<unknown> => {
  const { signal, ...submitOptions } = optionsOrNone(options) as RunPromiseOptions
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
