import { isMainThread } from "node:worker_threads"
import { Task } from "effect-futures"

// The test imports it, too.
if (!isMainThread || process.send === undefined) for (;;);

export const EndlessImport = Task.module(import.meta.url, { never: () => 0 })
