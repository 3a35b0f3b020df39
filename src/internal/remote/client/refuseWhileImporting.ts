import * as Effect from "effect/Effect"
import { refusalWhileImporting } from "../host/importing.ts"

/**
 * Dies in a task module that is being imported. Called first by functions that start an executor. `operation` is the name of the function,
 * such as `"ThreadExecutor.make"`.
 */
export const refuseWhileImporting = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const refusal = refusalWhileImporting(operation)
    return refusal === undefined ? Effect.void : Effect.die(refusal)
  })
