import * as Module from "node:module"
import { setTimeout } from "../timers.ts"

/** The time until what a worker has compiled is written, in milliseconds: it has done its first task by then. */
const writeAfter = 1000

/**
 * Has a worker take what an earlier one has compiled from Node.js's cache, and leave there what it compiles itself.
 *
 * The stripping of types costs the start of each worker whose tasks are in TypeScript 50 ms otherwise. Node.js has the cache in the
 * folder for temporary files, where it may write there, and none where the environment has NODE_DISABLE_COMPILE_CACHE.
 */
export const useCompileCache = (): void => {
  // Bun and Deno have neither.
  Module.enableCompileCache?.()
  // Node.js writes at the end of a program, which a worker does not come to that is killed.
  setTimeout(() => Module.flushCompileCache?.(), writeAfter).unref()
}
