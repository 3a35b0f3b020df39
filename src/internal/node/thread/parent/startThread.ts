import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { RemoteWorker } from "../../../remote/client/RemoteWorker.ts"
import { startWorker } from "../../../remote/client/startWorker.ts"
import type { WorkerStartError } from "../../../remote/client/WorkerStartError.ts"
import type { ThreadOptions } from "./ThreadOptions.ts"
import { ThreadTransport } from "./ThreadTransport.ts"

/**
 * Starts a worker thread, which is ready for calls when this succeeds. With its scope it ends: what runs there is interrupted,
 * its layers are released, for at most `grace`; then the thread is terminated.
 */
export const startThread = (options: ThreadOptions): Effect.Effect<RemoteWorker, WorkerStartError, Scope.Scope> =>
  startWorker(options.name, () => new RemoteWorker(options, (owner) => new ThreadTransport(options, owner)))
