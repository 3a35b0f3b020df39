import { encodingFailure } from "../../worker/encodeReply.ts"
import { makePerformer } from "../../worker/makePerformer.ts"
import { makeTelemetry } from "../../worker/Telemetry.ts"
import type { HostedPerformer, WorkerHost } from "./WorkerConfig.ts"

/** What does tasks in a worker process. */
export const startPerformer = (host: WorkerHost): HostedPerformer => ({
  performer: makePerformer({ telemetry: makeTelemetry(host.send) }),
  encodingFailure
})
