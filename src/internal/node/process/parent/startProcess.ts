import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { RemoteWorker } from "../../../remote/client/RemoteWorker.ts"
import { startWorker } from "../../../remote/client/startWorker.ts"
import type { TransportEnd } from "../../../remote/client/Transport.ts"
import { flushedBeforeExit } from "../../flushedBeforeExit.ts"
import type { ProcessOptions } from "./ProcessOptions.ts"
import { ProcessTransport } from "./ProcessTransport.ts"

/**
 * Starts a worker process, and waits until it is ready for calls. Closing the scope ends it: in good order within
 * `grace`, or else by killing its group.
 */
export const startProcess = (options: ProcessOptions): Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope> =>
  flushedBeforeExit(startWorker(() => new RemoteWorker(options, (owner) => new ProcessTransport(options, owner))))
