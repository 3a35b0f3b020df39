import type { Options } from "../../FiberExecutor.ts"
import { boolean, limitMillis, oneOf, wholeNumberOrInfinity } from "../options.ts"
import { checkRates } from "./limits/rateOptions.ts"

/** The options that executors of all kinds have. */
export type ExecutorOptions = Pick<Options, "timeout" | "queueTimeout" | "capacity" | "overflow" | "rate" | "traced">

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
