import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RemoteWorker } from "./RemoteWorker.ts"
import type { TransportEnd } from "./Transport.ts"

/**
 * Starts a worker, and waits until it is ready for calls. Fails with its end if it ends before that, or cannot be started at all. Closing
 * the scope ends it: in good order within `grace`, or by force.
 */
export const startWorker = (make: () => RemoteWorker): Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope> =>
  Effect.acquireRelease(
    // Options of a wrong kind make this throw.
    Effect.try({ try: make, catch: (reason) => ({ exitCode: undefined, signal: undefined, stderr: "", reason }) }),
    (worker) => Effect.callback<void>((resume) => worker.close(() => resume(Effect.void)))
  ).pipe(
    Effect.tap((worker) =>
      Effect.callback<void, TransportEnd>((resume) => {
        worker.ownedBy({ onStarted: (end) => resume(end === undefined ? Effect.void : Effect.fail(end)) })
      })
    )
  )
