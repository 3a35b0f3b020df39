import type { RunnerOptions } from "./CallRunner.ts"
import { makeTaskRunner, type TaskRunner } from "./TaskRunner.ts"
import { makeTelemetry } from "../telemetry/Telemetry.ts"

/** For a worker that finds its runner by the URL of a file: this one. `emit` sends what is for `TelemetrySink.receive`. */
export const makeRunner = (emit: (message: unknown) => void, { sharesMemory }: RunnerOptions): TaskRunner =>
  makeTaskRunner({ telemetry: makeTelemetry(emit), sharesMemory })
