/** Flags that must not be used twice at a time, or that make of a process something else than a worker. */
const unfit =
  /^--(inspect|debug|watch|test|run|check|eval|print|interactive|build-snapshot|cpu-prof-name|heap-prof-name)/
const short = new Set(["-e", "-p", "-pe", "-c", "-i"])
/** The flags of those whose value is the next argument. */
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

/** The parent's own flags, for a child that is to see modules as the parent does. */
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

/** An environment whose NODE_OPTIONS open no inspector: its port is taken. */
export const childEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const options = env["NODE_OPTIONS"]
  if (options === undefined || !options.includes("--inspect")) return env
  return { ...env, NODE_OPTIONS: options.replaceAll(/(^|\s)--inspect\S*/g, " ").trim() }
}
