import type * as Duration from "effect/Duration"
import { availableCores } from "../../executor/workers/availableCores.ts"
import { InvalidOptionsError } from "../../../Errors.ts"
import { checkExecutorOptions, type ExecutorOptions } from "../../executor/executorOptions.ts"
import type * as Task from "../../../Task.ts"
import { type TaskModule, taskModuleOf } from "../../task/taskModule.ts"
import {
  limitMillis,
  nonEmptyString,
  optionsObject,
  positiveInteger,
  positiveIntegerOrInfinity,
  waitMillis,
  wholeNumber
} from "../../options.ts"

/** The common options of executors of threads and of processes. */
interface RemoteOptions extends ExecutorOptions {
  readonly name?: string | undefined
  readonly minWorkers?: number | undefined
  readonly maxWorkers?: number | undefined
  readonly idleTimeToLive?: Duration.Input | undefined
  readonly spares?: number | undefined
  readonly maxTasksPerWorker?: number | undefined
  readonly concurrency?: number | undefined
  readonly grace?: Duration.Input | undefined
  readonly startTimeout?: Duration.Input | undefined
  readonly preload?: ReadonlyArray<Task.AnyModule> | undefined
  readonly maxAttempts?: number | undefined
  readonly maxMemoryPerWorker?: number | undefined
}

/** The checked options, in the form that the rest uses. Throws an `InvalidOptionsError`. */
export const checkRemoteOptions = (options: RemoteOptions, defaultName: () => string) => {
  // Defaults are for `undefined` alone: `null` is a mistake.
  const {
    concurrency = 1,
    grace = "1 second",
    idleTimeToLive = "1 minute",
    maxAttempts = 3,
    maxTasksPerWorker = Infinity,
    maxWorkers = availableCores(),
    spares = 0,
    startTimeout = "30 seconds"
  } = optionsObject(options)
  positiveInteger("maxWorkers", maxWorkers)
  const preload = options.preload === undefined ? [] : taskModules("preload", options.preload)
  const { minWorkers = Math.min(1, preload.length) } = options
  if (wholeNumber("minWorkers", minWorkers) > maxWorkers) {
    const expected = `at most maxWorkers, which is ${maxWorkers}`
    throw new InvalidOptionsError({ option: "minWorkers", value: minWorkers, expected })
  }
  const name = options.name === undefined ? defaultName() : nonEmptyString("name", options.name)
  return {
    ...checkExecutorOptions(name, options),
    preload,
    minWorkers,
    maxWorkers,
    idleTimeToLive: limitMillis("idleTimeToLive", idleTimeToLive),
    spares: wholeNumber("spares", spares),
    mostTasks: positiveIntegerOrInfinity("maxTasksPerWorker", maxTasksPerWorker),
    maxMemory:
      options.maxMemoryPerWorker === undefined
        ? undefined
        : positiveInteger("maxMemoryPerWorker", options.maxMemoryPerWorker),
    concurrency: positiveInteger("concurrency", concurrency),
    grace: waitMillis("grace", grace),
    startTimeout: limitMillis("startTimeout", startTimeout),
    maxAttempts: positiveInteger("maxAttempts", maxAttempts)
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
