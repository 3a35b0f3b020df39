/** Flags that two processes cannot use at a time, or that make a process something other than a worker. */
const unfit =
  /^--(inspect|debug|watch|test|run|check|eval|print|interactive|build-snapshot|cpu-prof-name|heap-prof-name)/
const short = new Set(["-e", "-p", "-pe", "-c", "-i"])
/** Flags whose value is the next argument. */
const withValue = new Set([
  "-e",
  "-p",
  "-pe",
  "--eval",
  "--print",
  "--inspect-port",
  "--debug-port",
  "--watch-path",
  "--run",
  "--test-name-pattern",
  "--test-reporter",
  "--test-reporter-destination",
  "--build-snapshot-config"
])

/** The parent's own flags, so that the child loads modules as the parent does. */
export const childFlags = (execArgv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!
    if (!unfit.test(flag) && !short.has(flag)) kept.push(flag)
    else if (withValue.has(flag)) i++
  }
  // The language of `--eval` says nothing about files.
  return kept.filter((flag) => !flag.startsWith("--input-type"))
}

/** An environment whose NODE_OPTIONS open no inspector, because its port is taken. */
export const childEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const options = env["NODE_OPTIONS"]
  if (options === undefined || !options.includes("--inspect")) return env
  return { ...env, NODE_OPTIONS: options.replaceAll(/(^|\s)--inspect\S*/g, " ").trim() }
}
