import * as Context from "effect/Context"
import type { TelemetryOrigin } from "./TelemetryMessage.ts"

const ofNoTask: TelemetryOrigin = { task: undefined, ambient: undefined }

/** The call that an effect in a worker belongs to. */
export const CurrentCall = Context.Reference<TelemetryOrigin>("effect-futures/CurrentCall", {
  defaultValue: () => ofNoTask
})
