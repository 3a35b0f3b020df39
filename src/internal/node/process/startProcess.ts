import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ProcessOptions } from "./ProcessOptions.ts"
import { ProcessStartError } from "./ProcessStartError.ts"
import { ProcessWorker } from "./ProcessWorker.ts"
import type { ProcessEnd } from "./WorkerChild.ts"

/**
 * Starts a worker process, and waits until it is ready for calls. Closing the scope ends it: in good order within
 * `grace`, or else by killing its group.
 */
export const startProcess = (options: ProcessOptions): Effect.Effect<ProcessWorker, ProcessStartError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new ProcessWorker(options),
      // `spawn` throws at options of a wrong kind.
      catch: (reason) => startError(options, { exitCode: undefined, signal: undefined, stderr: "", reason })
    }),
    (worker) => Effect.callback<void>((resume) => worker.close(() => resume(Effect.void)))
  ).pipe(Effect.tap((worker) => whenReady(worker, options)))

const whenReady = (worker: ProcessWorker, options: ProcessOptions): Effect.Effect<void, ProcessStartError> =>
  Effect.callback<void, ProcessStartError>((resume) => {
    worker.onStarted = (end) => resume(end === undefined ? Effect.void : Effect.fail(startError(options, end)))
  })

const startError = (options: ProcessOptions, end: ProcessEnd): ProcessStartError =>
  new ProcessStartError({ worker: options.name, ...end })
