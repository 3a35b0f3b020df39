import type * as Duration from "effect/Duration"
import { availableCores } from "../../executor/availableCores.ts"
import { InvalidOptionsError } from "../../../Errors.ts"
import {
  limitMillis,
  nonEmptyString,
  oneOf,
  optionsObject,
  positiveInteger,
  waitMillis,
  wholeNumber,
  wholeNumberOrInfinity
} from "../../options.ts"

/** What executors of threads and of processes have in common. */
export interface DistantOptions {
  readonly name?: string | undefined
  readonly minWorkers?: number | undefined
  readonly maxWorkers?: number | undefined
  readonly timeout?: Duration.Input | undefined
  readonly queueTimeout?: Duration.Input | undefined
  readonly capacity?: number | undefined
  readonly overflow?: "suspend" | "fail" | undefined
  readonly idleTimeToLive?: Duration.Input | undefined
  readonly spares?: number | undefined
  readonly maxTasksPerWorker?: number | undefined
  readonly concurrency?: number | undefined
  readonly grace?: Duration.Input | undefined
  readonly startTimeout?: Duration.Input | undefined
  readonly maxAttempts?: number | undefined
}

/** The options, checked, in the form that the rest uses. Throws an `InvalidOptionsError`. */
export const checkDistantOptions = (options: DistantOptions, defaultName: () => string) => {
  optionsObject(options)
  const maxWorkers = positiveInteger("maxWorkers", options.maxWorkers ?? availableCores())
  const minWorkers = wholeNumber("minWorkers", options.minWorkers ?? 0)
  if (minWorkers > maxWorkers) {
    const expected = `at most maxWorkers, which is ${maxWorkers}`
    throw new InvalidOptionsError({ option: "minWorkers", value: minWorkers, expected })
  }
  const mostTasks = wholeNumberOrInfinity("maxTasksPerWorker", options.maxTasksPerWorker ?? Infinity)
  if (mostTasks === 0) positiveInteger("maxTasksPerWorker", mostTasks)
  return {
    name: options.name === undefined ? defaultName() : nonEmptyString("name", options.name),
    minWorkers,
    maxWorkers,
    timeout: limitMillis("timeout", options.timeout),
    queueTimeout: limitMillis("queueTimeout", options.queueTimeout),
    capacity: wholeNumberOrInfinity("capacity", options.capacity ?? Infinity),
    overflow: oneOf("overflow", options.overflow ?? "suspend", ["suspend", "fail"]),
    idleTimeToLive: limitMillis("idleTimeToLive", options.idleTimeToLive ?? "1 minute"),
    spares: wholeNumber("spares", options.spares ?? 0),
    mostTasks,
    concurrency: positiveInteger("concurrency", options.concurrency ?? 1),
    grace: waitMillis("grace", options.grace ?? "1 second"),
    startTimeout: limitMillis("startTimeout", options.startTimeout ?? "30 seconds"),
    maxAttempts: positiveInteger("maxAttempts", options.maxAttempts ?? 3)
  }
}

export type CheckedDistantOptions = ReturnType<typeof checkDistantOptions>
