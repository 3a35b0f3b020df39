import { isMainThread } from "node:worker_threads"
import * as Task from "../../../src/Task.ts"

// The test imports it, too.
if (!isMainThread || process.send === undefined) for (;;);

export const EndlessImport = Task.module(import.meta.url, { never: () => 0 })
