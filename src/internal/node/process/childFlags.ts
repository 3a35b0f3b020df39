/**
 * Flags that two processes cannot use at a time, or that make a process something other than a worker. The language of `--eval` says nothing
 * about files.
 */
const unfit =
  /^--(inspect|debug|watch|test|run|check|eval|print|interactive|build-snapshot|cpu-prof-name|heap-prof-name|input-type)/
const short = new Set(["-e", "-p", "-pe", "-c", "-i"])
/** Flags whose value may begin with a hyphen, as it is code. */
const withCode = new Set(["-e", "-p", "-pe", "--eval", "--print"])

/** The name of a flag, in which Node.js takes underscores for hyphens. `undefined` for the value of the flag before. */
export const flagName = (argument: string): string | undefined =>
  argument.startsWith("-") ? argument.replace(/=.*/s, "").replaceAll("_", "-") : undefined

/** The parent's own flags, so that the child loads modules as the parent does. */
export const childFlags = (execArgv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!
    const name = flagName(flag)
    if (name === undefined || !(unfit.test(name) || short.has(name))) {
      kept.push(flag)
      continue
    }
    // Otherwise the value would be taken for the program to run.
    const next = execArgv[i + 1]
    if (withCode.has(flag) || (next !== undefined && flagName(next) === undefined)) i++
  }
  return kept
}

/** An environment whose NODE_OPTIONS open no inspector, because its port is taken. */
export const childEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const options = env["NODE_OPTIONS"]
  if (options === undefined || !options.includes("--inspect")) return env
  return { ...env, NODE_OPTIONS: options.replaceAll(/(^|\s)--inspect\S*/g, " ").trim() }
}
