import { describedError } from "../../describedError.ts"
import { workerEndText } from "../../workerEndText.ts"

/** A worker ended before it was ready, or could not be started at all. */
export class WorkerStartError extends describedError("WorkerStartError")<{
  readonly worker: string
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
  readonly reason: unknown
}>((e) => {
  const { how, tail, why } = workerEndText(e, "could not be started")
  return `Worker "${e.worker}" ${how} before it was ready.${why} Check execArgv, env and cwd.${tail}`
}) {}
