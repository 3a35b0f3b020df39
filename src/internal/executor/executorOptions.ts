import type * as Duration from "effect/Duration"
import type { Rate } from "../../Executor.ts"
import { boolean, limitMillis, oneOf, wholeNumberOrInfinity } from "../options.ts"
import { checkRates } from "./rateOptions.ts"

/** The options that executors of all kinds have. */
export interface ExecutorOptions {
  readonly timeout?: Duration.Input | undefined
  readonly queueTimeout?: Duration.Input | undefined
  readonly capacity?: number | undefined
  readonly overflow?: "suspend" | "fail" | undefined
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
  readonly traced?: boolean | undefined
}

/** These options in the form that an `Engine` takes. The name was checked before. */
export const checkExecutorOptions = (
  name: string,
  { capacity = Infinity, overflow = "suspend", queueTimeout, rate, timeout, traced = false }: ExecutorOptions
) => ({
  name,
  rates: checkRates(rate, { name }),
  timeout: limitMillis("timeout", timeout),
  queueTimeout: limitMillis("queueTimeout", queueTimeout),
  capacity: wholeNumberOrInfinity("capacity", capacity),
  overflow: oneOf("overflow", overflow, ["suspend", "fail"]),
  traced: boolean("traced", traced)
})
