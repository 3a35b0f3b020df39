import * as Data from "effect/Data"

/** A worker could not be started. */
export class WorkerStartFailure extends Data.TaggedError("WorkerStartFailure")<{
  readonly reason: unknown
  readonly exitCode: number | undefined
  readonly stderr: string
}> {}
