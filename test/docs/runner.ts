/**
 * The process that runs blocks, one after the other. It is started by runBlocks.ts, with the
 * condition that makes `effect-futures` mean the sources.
 */
import * as path from "node:path"
import { setImmediate as nextTurn } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { inspect } from "node:util"
import { Expectations } from "./Expectations.ts"
import type { Job, Report } from "./protocol.ts"
import { expectationsKey } from "./writeBlocks.ts"

const expectations = new Map<string, Expectations>()
Object.assign(globalThis, { [Symbol.for(expectationsKey)]: expectations })

let errors: Array<string> = []
let output = ""

const keepOutput = (chunk: string | Uint8Array): boolean => {
  output += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8")
  return true
}
process.stdout.write = keepOutput as typeof process.stdout.write
process.stderr.write = keepOutput as typeof process.stderr.write

const keepError = (error: unknown): void => {
  errors.push(error instanceof Error ? inspect(error) : `It threw ${inspect(error)}`)
}
process.on("uncaughtException", keepError)
process.on("unhandledRejection", keepError)

const send = (report: Report): Promise<void> =>
  new Promise((resolve) => {
    process.send!(report, undefined, {}, () => resolve())
  })

const run = async (job: Job): Promise<void> => {
  errors = []
  output = ""
  const expected = new Expectations(job.assertions)
  expectations.set(job.file, expected)
  process.chdir(path.dirname(job.file))
  await send({ type: "started", file: job.file })
  try {
    await import(pathToFileURL(job.file).href)
  } catch (error) {
    keepError(error)
  }
  // A rejection that nobody handles is reported a turn of the event loop after it happened.
  await nextTurn()
  await nextTurn()
  await send({ type: "ended", file: job.file, result: { mismatches: expected.problems(), errors, output } })
}

process.on("message", async (jobs: ReadonlyArray<Job>) => {
  for (const job of jobs) {
    await run(job)
  }
  process.exit()
})
