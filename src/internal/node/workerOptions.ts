import type { ResourceLimits } from "node:worker_threads"
import { InvalidOptionsError } from "../../Errors.ts"
import { boolean, nonEmptyString } from "../options.ts"

// Checks of the options for Node.js. Each returns its value, or throws an `InvalidOptionsError`.

export const checkFlags = (execArgv: unknown): ReadonlyArray<string> | undefined => {
  if (execArgv === undefined) return undefined
  if (Array.isArray(execArgv) && execArgv.every((flag) => typeof flag === "string")) return execArgv
  throw new InvalidOptionsError({ option: "execArgv", value: execArgv, expected: "an array of strings" })
}

const checkEnv = (env: unknown): WorkerEnv["env"] => {
  if (env === undefined) return undefined
  if (typeof env !== "object" || env === null || Array.isArray(env)) {
    throw new InvalidOptionsError({ option: "env", value: env, expected: "an object of strings" })
  }
  for (const [name, value] of Object.entries(env)) {
    // The system writes them as NAME=VALUE, and each ends with a NUL.
    if (name === "" || /[=\0]/.test(name)) {
      const expected = "names of environment variables, which are not empty and have no = and no NUL in them"
      throw new InvalidOptionsError({ option: "env", value: name, expected })
    }
    if (value !== undefined && (typeof value !== "string" || value.includes("\0"))) {
      throw new InvalidOptionsError({ option: `env.${name}`, value, expected: "a string without NUL, or undefined" })
    }
  }
  // Just checked.
  return env as Record<string, string | undefined>
}

/** The parts of a worker's environment. */
interface WorkerEnv {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly inheritEnv?: boolean | undefined
}

export const checkWorkerEnv = ({ env, inheritEnv = true }: WorkerEnv) => ({
  env: checkEnv(env),
  inheritEnv: boolean("inheritEnv", inheritEnv)
})

/** The environment of a worker that starts now. */
export const workerEnv = ({ env, inheritEnv = true }: WorkerEnv): Record<string, string> => {
  const merged = { ...(inheritEnv ? process.env : {}), ...env }
  return Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

export const checkFolderName = (cwd: unknown): string | undefined => {
  if (cwd === undefined) return undefined
  const name = nonEmptyString("cwd", cwd)
  if (!name.includes("\0")) return name
  throw new InvalidOptionsError({ option: "cwd", value: cwd, expected: "the name of a folder, without NUL" })
}

/** The system's number for a user or a group. Node.js takes no greater ones. */
export const checkSystemId = (option: "uid" | "gid", value: unknown): number | undefined => {
  if (value === undefined) return undefined
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0x7fff_ffff) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number from 0 to 2147483647" })
}

/** Small frames are needed for error messages, and a header limits the length. */
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
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
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
  // With its usual young generation of 48 MB, V8 often aborts the whole process instead of ending the thread, because new objects need room
  // while it finds out that there is none.
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
