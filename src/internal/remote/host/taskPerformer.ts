import { makePerformer as make, type TaskPerformer } from "./makePerformer.ts"
import { makeTelemetry } from "../telemetry/Telemetry.ts"

/** For a worker that finds its performer by the URL of a file: this one. `emit` sends what is for `TelemetrySink.receive`. */
export const makePerformer = (emit: (message: unknown) => void): TaskPerformer =>
  make({ telemetry: makeTelemetry(emit), sharesMemory: true })
