import { show } from "./show.ts"

interface WorkerEndFields {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
  readonly reason: unknown
}

/** The parts of an error message about the end of a worker: how it ended (`otherwise` if neither number nor signal says so), why, and its last output. */
export const workerEndText = (end: WorkerEndFields, otherwise: string) => ({
  how:
    end.signal !== undefined
      ? `was killed by ${end.signal}`
      : end.exitCode !== undefined
        ? `exited with code ${end.exitCode}`
        : otherwise,
  why: end.reason === undefined ? "" : ` Reason: ${show(end.reason)}.`,
  tail: end.stderr === "" ? "" : `\nIts last output:\n${end.stderr}`
})
