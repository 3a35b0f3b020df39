import { Worker } from "node:worker_threads"
import { childFlags } from "./process/childFlags.ts"

/**
 * The flags for Node that threads get in place of this process's. `undefined`, which has them inherit what this process has, as
 * long as they can: what the code of `--eval` or of stdin is written in says nothing about files, and Node refuses them for it.
 */
export const threadFlags = (): ReadonlyArray<string> | undefined => (found ??= { flags: find() }).flags

let found: { readonly flags: ReadonlyArray<string> | undefined } | undefined

const find = (): ReadonlyArray<string> | undefined =>
  process.execArgv.some((flag) => flag.startsWith("--input-type"))
    ? fitForThreads(childFlags(process.execArgv))
    : undefined

/** Leaves out the flags for whole processes. Node names them when it refuses a thread for them, before there is one. */
const fitForThreads = (flags: ReadonlyArray<string>): ReadonlyArray<string> => {
  try {
    void new Worker("", { eval: true, execArgv: [...flags], stdout: true, stderr: true }).terminate()
    return flags
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== "ERR_WORKER_INVALID_EXEC_ARGV") return flags
    const refused = new Set(message.replace(/^[^:]*: /, "").split(", "))
    return flags.filter((flag) => !refused.has(flag))
  }
}
