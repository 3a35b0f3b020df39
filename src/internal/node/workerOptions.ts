import type { ResourceLimits } from "node:worker_threads"
import { InvalidOptionsError } from "../../Errors.ts"
import { boolean } from "../options.ts"

// Checks of the options that are Node's. Each gives back what it was given, or throws an `InvalidOptionsError`.

export const checkFlags = (execArgv: unknown): ReadonlyArray<string> | undefined => {
  if (execArgv === undefined) return undefined
  if (Array.isArray(execArgv) && execArgv.every((flag) => typeof flag === "string")) return execArgv
  throw new InvalidOptionsError({ option: "execArgv", value: execArgv, expected: "an array of strings" })
}

const checkEnv = (env: unknown): WorkerEnv["env"] => {
  if (env === undefined) return undefined
  const isRecord = typeof env === "object" && env !== null && !Array.isArray(env)
  if (isRecord && Object.values(env).every((value) => value === undefined || typeof value === "string")) {
    // Just checked.
    return env as Record<string, string | undefined>
  }
  throw new InvalidOptionsError({ option: "env", value: env, expected: "an object of strings" })
}

/** The parts of a worker's environment. */
export interface WorkerEnv {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly inheritEnv?: boolean | undefined
}

export const checkWorkerEnv = ({ env, inheritEnv }: WorkerEnv) => ({
  env: checkEnv(env),
  inheritEnv: boolean("inheritEnv", inheritEnv ?? true)
})

/** The environment of a worker that is started now. */
export const workerEnv = ({ env, inheritEnv = true }: WorkerEnv): Record<string, string> => {
  const merged = { ...(inheritEnv ? process.env : {}), ...env }
  return Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** The number that the system has for a user or a group. The greatest one stands for none. */
export const checkSystemId = (option: "uid" | "gid", value: unknown): number | undefined => {
  if (value === undefined) return undefined
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 0xffff_ffff) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number from 0 to 4294967294" })
}

/** Small frames are needed to say what went wrong; none is longer than its header can say. */
export const checkMaxFrameBytes = (value: unknown): number | undefined => {
  if (value === undefined) return undefined
  if (typeof value === "number" && Number.isInteger(value) && value >= 1024 && value <= 0xffff_ffff) return value
  throw new InvalidOptionsError({ option: "maxFrameBytes", value, expected: "a whole number from 1024 to 4294967295" })
}

const limits: ReadonlyArray<keyof ResourceLimits> = [
  "maxOldGenerationSizeMb",
  "maxYoungGenerationSizeMb",
  "codeRangeSizeMb",
  "stackSizeMb"
]

export const checkResourceLimits = (value: unknown): ResourceLimits | undefined => {
  if (value === undefined) return undefined
  if (typeof value !== "object" || value === null) {
    throw new InvalidOptionsError({ option: "resourceLimits", value, expected: "an object with limits in megabytes" })
  }
  for (const [name, limit] of Object.entries(value)) {
    if (limit === undefined) continue
    const known = limits.find((each) => each === name)
    if (known === undefined) {
      const expected = `one of ${limits.join(", ")}`
      throw new InvalidOptionsError({ option: "resourceLimits", value: name, expected })
    }
    if (typeof limit !== "number" || !(limit > 0) || !Number.isFinite(limit)) {
      throw new InvalidOptionsError({
        option: `resourceLimits.${name}`,
        value: limit,
        expected: "a number of megabytes"
      })
    }
  }
  // V8 often aborts the whole process where it should end the thread, with its usual young generation of 48 MB: what has just
  // been made has to go somewhere while it finds out that there is no more room.
  const checked: ResourceLimits = value
  const isOldAlone = checked.maxOldGenerationSizeMb !== undefined && checked.maxYoungGenerationSizeMb === undefined
  return isOldAlone ? { ...checked, maxYoungGenerationSizeMb: 16 } : checked
}

type Output = "inherit" | "ignore" | ((from: "stdout" | "stderr", text: string) => void)

export const checkOutput = (value: unknown): Output => {
  if (value === undefined || value === "inherit") return "inherit"
  if (value === "ignore") return value
  // The function is called with what its type says.
  if (typeof value === "function") return value as Output
  throw new InvalidOptionsError({ option: "output", value, expected: `"inherit", "ignore" or a function` })
}
