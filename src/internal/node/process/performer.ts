import { encodingFailure } from "../../remote/codec/encodeReply.ts"
import { makePerformer } from "../../remote/host/makePerformer.ts"
import { makeTelemetry } from "../../remote/telemetry/Telemetry.ts"
import type { HostedPerformer, WorkerHost } from "./WorkerConfig.ts"

/** What does tasks in a worker process. */
export const startPerformer = (host: WorkerHost): HostedPerformer => ({
  performer: makePerformer({ telemetry: makeTelemetry(host.send), sharesMemory: false }),
  encodingFailure
})
