import * as Effect from "effect/Effect"
import { refusalWhileImporting } from "../host/importing.ts"

/** What starts an executor calls this first, and dies of it in a task module. `operation` is its name: `"ThreadExecutor.make"`. */
export const refuseWhileImporting = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const refusal = refusalWhileImporting(operation)
    return refusal === undefined ? Effect.void : Effect.die(refusal)
  })
