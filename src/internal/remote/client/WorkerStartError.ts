import { describedError } from "../../describedError.ts"
import { show } from "../../show.ts"

/** A worker ended before it was ready, or could not be started at all. */
export class WorkerStartError extends describedError("WorkerStartError")<{
  readonly worker: string
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
  readonly reason: unknown
}>((e) => {
  const how =
    e.signal !== undefined
      ? `was killed by ${e.signal}`
      : e.exitCode !== undefined
        ? `exited with code ${e.exitCode}`
        : "could not be started"
  const why = e.reason === undefined ? "" : ` Reason: ${show(e.reason)}.`
  const tail = e.stderr === "" ? "" : `\nIts last output:\n${e.stderr}`
  return `Worker "${e.worker}" ${how} before it was ready.${why} Check execArgv, env and cwd.${tail}`
}) {}
