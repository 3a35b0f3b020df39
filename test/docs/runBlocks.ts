import { type ChildProcess, fork } from "node:child_process"
import type { Job, Report, Result } from "./protocol.ts"

const blockTimeout = 20_000

/** Runs the files one after the other in one process; in another one after one that ended the process or hung. */
export const runBlocks = async (jobs: ReadonlyArray<Job>): Promise<ReadonlyMap<string, Result>> => {
  const results = new Map<string, Result>()
  let rest = jobs
  while (rest.length > 0) {
    const failure = await runUntilFailure(rest, results)
    rest = rest.filter((job) => !results.has(job.file))
    const failed = rest[0]
    if (failed !== undefined) {
      results.set(failed.file, { mismatches: [], errors: [failure], output: "" })
      rest = rest.slice(1)
    }
  }
  return results
}

// Resolves when the process has ended, with why it did if there are jobs without a result.
const runUntilFailure = (jobs: ReadonlyArray<Job>, results: Map<string, Result>): Promise<string> =>
  new Promise((resolve, reject) => {
    const runner = startRunner()
    let failure: string | undefined
    let deadline: NodeJS.Timeout | undefined
    let stderr = ""
    runner.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    runner.on("message", (report: Report) => {
      clearTimeout(deadline)
      if (report.type === "ended") {
        results.set(report.file, report.result)
      } else {
        deadline = setTimeout(() => {
          failure = `It did not end within ${blockTimeout / 1000} seconds.`
          runner.kill("SIGKILL")
        }, blockTimeout)
      }
    })
    runner.on("error", reject)
    runner.on("close", (code, signal) => {
      clearTimeout(deadline)
      resolve(failure ?? `It ended the process (${signal ?? `exit code ${code}`}).\n${stderr}`.trim())
    })
    runner.send(jobs)
  })

const startRunner = (): ChildProcess =>
  fork(new URL("./runner.ts", import.meta.url), {
    execArgv: ["--conditions=effect-futures-source"],
    // Blocks print without colours, whatever the tests do.
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  })
