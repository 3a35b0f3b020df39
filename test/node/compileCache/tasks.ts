import { Task } from "effect-futures"
import { getCompileCacheDir } from "node:module"

/** Where this worker finds what others have compiled. */
const cache = (): string | undefined => getCompileCacheDir()

export const Cached = Task.module(import.meta.url, { cache })
