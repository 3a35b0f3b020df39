import type * as Duration from "effect/Duration"
import { availableCores } from "../../executor/availableCores.ts"
import { InvalidOptionsError } from "../../../Errors.ts"
import type { Rate } from "../../../Executor.ts"
import { checkRates } from "../../executor/rateOptions.ts"
import type * as Task from "../../../Task.ts"
import { type TaskModule, taskModuleOf } from "../../task/taskModule.ts"
import {
  boolean,
  limitMillis,
  nonEmptyString,
  oneOf,
  optionsObject,
  positiveInteger,
  waitMillis,
  wholeNumber,
  wholeNumberOrInfinity
} from "../../options.ts"

/** The common options of executors of threads and of processes. */
interface RemoteOptions {
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
  readonly preload?: ReadonlyArray<Task.AnyModule> | undefined
  readonly maxAttempts?: number | undefined
  readonly maxMemoryPerWorker?: number | undefined
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
  readonly traced?: boolean | undefined
}

/** The checked options, in the form that the rest uses. Throws an `InvalidOptionsError`. */
export const checkRemoteOptions = (options: RemoteOptions, defaultName: () => string) => {
  optionsObject(options)
  const maxWorkers = positiveInteger("maxWorkers", options.maxWorkers ?? availableCores())
  const preload = taskModules("preload", options.preload ?? [])
  const minWorkers = wholeNumber("minWorkers", options.minWorkers ?? Math.min(1, preload.length))
  if (minWorkers > maxWorkers) {
    const expected = `at most maxWorkers, which is ${maxWorkers}`
    throw new InvalidOptionsError({ option: "minWorkers", value: minWorkers, expected })
  }
  const mostTasks = wholeNumberOrInfinity("maxTasksPerWorker", options.maxTasksPerWorker ?? Infinity)
  if (mostTasks === 0) positiveInteger("maxTasksPerWorker", mostTasks)
  const name = options.name === undefined ? defaultName() : nonEmptyString("name", options.name)
  return {
    preload,
    name,
    rates: checkRates(options.rate, { name }),
    minWorkers,
    maxWorkers,
    timeout: limitMillis("timeout", options.timeout),
    traced: boolean("traced", options.traced ?? false),
    queueTimeout: limitMillis("queueTimeout", options.queueTimeout),
    capacity: wholeNumberOrInfinity("capacity", options.capacity ?? Infinity),
    overflow: oneOf("overflow", options.overflow ?? "suspend", ["suspend", "fail"]),
    idleTimeToLive: limitMillis("idleTimeToLive", options.idleTimeToLive ?? "1 minute"),
    spares: wholeNumber("spares", options.spares ?? 0),
    mostTasks,
    maxMemory:
      options.maxMemoryPerWorker === undefined
        ? undefined
        : positiveInteger("maxMemoryPerWorker", options.maxMemoryPerWorker),
    concurrency: positiveInteger("concurrency", options.concurrency ?? 1),
    grace: waitMillis("grace", options.grace ?? "1 second"),
    startTimeout: limitMillis("startTimeout", options.startTimeout === undefined ? "30 seconds" : options.startTimeout),
    maxAttempts: positiveInteger("maxAttempts", options.maxAttempts ?? 3)
  }
}

const taskModules = (option: string, value: unknown): ReadonlyArray<TaskModule> => {
  if (!Array.isArray(value)) {
    throw new InvalidOptionsError({ option, value, expected: "an array of task modules, as Task.module returns" })
  }
  return value.map((each: unknown, index) => {
    const module = taskModuleOf(each)
    if (module !== undefined) return module
    const expected = "a task module, as Task.module gives"
    throw new InvalidOptionsError({ option: `${option}[${index}]`, value: each, expected })
  })
}

export type CheckedRemoteOptions = ReturnType<typeof checkRemoteOptions>
