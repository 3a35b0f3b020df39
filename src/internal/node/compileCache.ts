import * as Module from "node:module"
import { setTimeout } from "../timers.ts"

/** When a worker writes its compiled code, in milliseconds after its start: by then it has done its first task. */
const writeAfter = 1000

/**
 * Makes a worker use code that earlier workers have compiled, from the cache of Node.js, and add its own.
 *
 * Otherwise stripping types costs each worker with tasks in TypeScript 50 ms at its start. The cache is in the folder for temporary files,
 * if Node.js may write there, and is off if NODE_DISABLE_COMPILE_CACHE is set.
 */
export const useCompileCache = (): void => {
  // Bun and Deno have no such functions.
  Module.enableCompileCache?.()
  // Node.js writes when a program ends, but a worker may be killed.
  setTimeout(() => Module.flushCompileCache?.(), writeAfter).unref()
}
