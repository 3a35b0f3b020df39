import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { RemoteWorker } from "../../../remote/client/RemoteWorker.ts"
import { startWorker } from "../../../remote/client/startWorker.ts"
import type { TransportEnd } from "../../../remote/client/Transport.ts"
import { flushedBeforeExit } from "../../flushedBeforeExit.ts"
import type { ThreadOptions } from "./ThreadOptions.ts"
import { ThreadTransport } from "./ThreadTransport.ts"

/**
 * Starts a worker thread, and waits until it is ready for calls. Closing the scope ends it: running calls are interrupted and layers
 * released, within `grace`, and then the thread is terminated.
 */
export const startThread = (options: ThreadOptions): Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope> =>
  flushedBeforeExit(startWorker(() => new RemoteWorker(options, (owner) => new ThreadTransport(options, owner))))
