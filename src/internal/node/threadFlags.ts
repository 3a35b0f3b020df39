import { Worker } from "node:worker_threads"
import { childFlags, flagName } from "./process/childFlags.ts"

/**
 * The flags of Node.js for threads. `undefined` means those of this process, which threads inherit if they can. They cannot if a flag says
 * in which language the code of `--eval` or stdin is: Node.js refuses that for files.
 */
export const threadFlags = (): ReadonlyArray<string> | undefined => (found ??= { flags: find() }).flags

let found: { readonly flags: ReadonlyArray<string> | undefined } | undefined

const find = (): ReadonlyArray<string> | undefined =>
  process.execArgv.some((flag) => flagName(flag) === "--input-type")
    ? fitForThreads(childFlags(process.execArgv))
    : undefined

/** Leaves out the flags for whole processes. Node.js names them when it refuses a thread with them, before there is a thread. */
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
