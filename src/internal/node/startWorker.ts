import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { unknownExit } from "../executor/workers/WorkerEnd.ts"
import type { RemoteWorker, RemoteWorkerOptions } from "../remote/client/RemoteWorker.ts"
import type { TransportEnd } from "../remote/client/Transport.ts"

/** The options that threads and processes have in common. */
export interface WorkerOptions extends RemoteWorkerOptions {
  /** The worker's name, for messages and debuggers. */
  readonly name: string
  /** The URL of a `RunnerModule`. */
  readonly runner: string
  /** How many calls it does at a time: 1 if it is not given. */
  readonly concurrency?: number | undefined
  /** How many bytes of memory it may have before it asks to be replaced. */
  readonly maxMemory?: number | undefined
  /** The flags for Node.js, instead of the parent's. */
  readonly execArgv?: ReadonlyArray<string> | undefined
  /** Called at each start if there is no inspector. Then stuck calls cost their worker. */
  readonly onNoInspector?: ((reason: unknown) => void) | undefined
}

/**
 * Starts a worker, and waits until it is ready for calls. Fails with its end if it ends before that, or cannot be started at all. Closing
 * the scope ends it: in good order within `grace`, or by force.
 */
export const startWorker = (make: () => RemoteWorker): Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope> =>
  Effect.acquireRelease(
    // Options of a wrong kind make this throw.
    Effect.try({ try: make, catch: (reason) => ({ ...unknownExit, reason }) }),
    (worker) => Effect.callback<void>((resume) => worker.close(() => resume(Effect.void)))
  ).pipe(
    Effect.tap((worker) =>
      Effect.callback<void, TransportEnd>((resume) => {
        worker.ownedBy({ onStarted: (end) => resume(end === undefined ? Effect.void : Effect.fail(end)) })
      })
    ),
    Effect.tap((worker) =>
      Effect.acquireRelease(
        Effect.sync(() => flushAtEnd(worker)),
        () => Effect.sync(() => flushAtEndNoMore(worker))
      )
    )
  )

// A program that ends without closing its workers waits for what their tasks have printed.

const workers = new Set<RemoteWorker>()

const flushAll = (): void => {
  for (const worker of workers) worker.flush()
}

const flushAtEnd = (worker: RemoteWorker): void => {
  if (workers.size === 0) process.on("beforeExit", flushAll)
  workers.add(worker)
}

const flushAtEndNoMore = (worker: RemoteWorker): void => {
  workers.delete(worker)
  if (workers.size === 0) process.off("beforeExit", flushAll)
}
