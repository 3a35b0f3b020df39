/**
 * Executors that need Node.js: worker threads and child processes.
 *
 * @since 0.1.0
 */
export * as ProcessExecutor from "./ProcessExecutor.ts"
export * as ThreadExecutor from "./ThreadExecutor.ts"
export type { WorkerOptions } from "./WorkerOptions.ts"
