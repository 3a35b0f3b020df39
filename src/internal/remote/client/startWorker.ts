import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RemoteWorker } from "./RemoteWorker.ts"
import { WorkerStartError } from "./WorkerStartError.ts"

const unknown = { exitCode: undefined, signal: undefined, stderr: "" }

/** Starts a worker, and waits until it is ready for calls. Closing the scope ends it: in good order within `grace`, or by force. */
export const startWorker = (
  name: string,
  make: () => RemoteWorker
): Effect.Effect<RemoteWorker, WorkerStartError, Scope.Scope> =>
  Effect.acquireRelease(
    // Options of a wrong kind make this throw.
    Effect.try({ try: make, catch: (reason) => new WorkerStartError({ worker: name, ...unknown, reason }) }),
    (worker) => Effect.callback<void>((resume) => worker.close(() => resume(Effect.void)))
  ).pipe(
    Effect.tap((worker) =>
      Effect.callback<void, WorkerStartError>((resume) => {
        worker.ownedBy({
          onStarted: (end) =>
            resume(end === undefined ? Effect.void : Effect.fail(new WorkerStartError({ worker: name, ...end })))
        })
      })
    )
  )
