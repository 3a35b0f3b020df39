import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { EffectExecutor, GroupOptions } from "../../Executor.ts"
import { Engine, type EngineOptions } from "./Engine.ts"
import { engineOf, ExecutorImpl } from "./ExecutorImpl.ts"
import { limitMillis, nonEmptyString, oneOf, optionsObject, positiveInteger } from "../options.ts"
import { type CheckedRate, checkRates } from "./limits/rateOptions.ts"
import { close, interruptEngine } from "./shutdown.ts"

let lastId = 0

/** An engine that passes its tasks on to another one, in the scope of the context. `Admission` keeps the limit of both. */
export const makeGroup = <X>(
  executor: unknown,
  options?: GroupOptions
): Effect.Effect<EffectExecutor<X>, never, Scope.Scope> =>
  // Uninterruptible, because nothing may come between making the group and adding the finalizer that ends it.
  Effect.uninterruptible(
    Effect.gen(function* () {
      const parent = engineOf(executor)
      const { rates, ...engineOptions } = checkOptions(parent, options)
      const context = yield* Effect.context<Scope.Scope>()
      const engine = new Engine(engineOptions, parent)
      engine.limitRate(rates, context)
      engine.lifecycle.endWith(Effect.void, context)
      yield* Scope.addFinalizer(Context.get(context, Scope.Scope), interruptEngine(engine))
      return new ExecutorImpl<X>(engine)
    })
  )

const checkOptions = (
  parent: Engine,
  options: GroupOptions = {}
): EngineOptions & { readonly rates: ReadonlyArray<CheckedRate> } => {
  const {
    name = `${parent.name}/group-${++lastId}`,
    maxWorkers,
    timeout = parent.timeout,
    onFailure = "isolate",
    rate
  } = optionsObject(options)
  return {
    ...parent.options,
    name: nonEmptyString("name", name),
    rates: checkRates(rate, { name }),
    // A group without a limit may use all workers of the executor, even if they become more.
    maxWorkers: maxWorkers === undefined ? Infinity : positiveInteger("maxWorkers", maxWorkers),
    timeout: limitMillis("timeout", timeout),
    onFailure: oneOf("onFailure", onFailure, ["isolate", "cancelAll"]) === "isolate" ? undefined : cancelAll
  }
}

const cancelAll = (engine: Engine): void => close(engine, "interrupt", undefined)
