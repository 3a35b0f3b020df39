import { isMainThread } from "node:worker_threads"
import * as Task from "../../../src/Task.ts"

export const Exiting = Task.module(import.meta.url, { nothing: () => {} })

// In a worker, and not where the test imports it.
if (!isMainThread || process.env["IN_WORKER"] !== undefined) process.exit(4)
