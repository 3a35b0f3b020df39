import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { InvalidOptionsError } from "../../Errors.ts"
import type { ForEachOptions } from "../../Executor.ts"
import { limitMillis, optionsOrNone, positiveInteger } from "../options.ts"
import { engineOf } from "./ExecutorImpl.ts"
import { checkEach, checkMaker, withSubmitted } from "./run.ts"

type AnyEffect = Effect.Effect<unknown, unknown>

/** `Executor.forEach`. */
export const forEachOn = (
  executor: unknown,
  items: unknown,
  f: unknown,
  options: unknown
): Effect.Effect<Array<unknown>, unknown> =>
  Effect.suspend(() => {
    const { buffer, each = identity, timeout } = optionsOrNone(options) as ForEachOptions<AnyEffect, AnyEffect>
    const engine = engineOf(executor)
    const make = checkMaker(f)
    if (!isIterable(items)) throw new InvalidOptionsError({ option: "items", value: items, expected: "an Iterable" })
    checkEach(each)
    limitMillis("timeout", timeout)
    const run = (item: unknown, index: number): AnyEffect =>
      each(withSubmitted(engine, make(item, index), { timeout }, (future) => future, "suspend"))
    // More tasks would only wait in the executor's queue, ahead of tasks that others submit later.
    const concurrency = buffer === undefined ? engine.maxWorkers * 2 : positiveInteger("buffer", buffer)
    return Effect.forEach(items, run, { concurrency })
  })

/** An Effect is iterable too, but its items are no items for tasks. */
const isIterable = (u: unknown): u is Iterable<unknown> =>
  u !== undefined && u !== null && Symbol.iterator in Object(u) && !Effect.isEffect(u)
