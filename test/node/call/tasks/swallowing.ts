import * as Effect from "effect/Effect"
import { refuseWhileImporting } from "../../../../src/internal/node/refuseToStart.ts"
import * as Task from "../../../../src/Task.ts"

await Effect.runPromise(refuseWhileImporting("ThreadExecutor.make")).catch(() => {})

export const Tasks = Task.module(import.meta.url, { go: () => 1 })
