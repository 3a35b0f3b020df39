import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { WorkerStartFailure } from "../../remote/client/WorkerStartFailure.ts"
import { ThreadHandle } from "./ThreadHandle.ts"
import type { ThreadOptions } from "./ThreadOptions.ts"

/**
 * Starts a worker thread, which is ready for calls when this succeeds. With its scope it ends: what runs there is interrupted,
 * its layers are released, for at most `grace`; then the thread is terminated.
 */
export const startThread = (options: ThreadOptions): Effect.Effect<ThreadHandle, WorkerStartFailure, Scope.Scope> =>
  Effect.flatMap(
    Effect.acquireRelease(
      Effect.try({
        try: () => new ThreadHandle(options),
        catch: (reason) => new WorkerStartFailure({ reason, exitCode: undefined, stderr: "" })
      }),
      (handle) => Effect.callback<void>((resume) => handle.close(() => resume(Effect.void)))
    ),
    (handle) =>
      Effect.callback<ThreadHandle, WorkerStartFailure>((resume) => {
        handle.onStarted = (end) =>
          resume(end === undefined ? Effect.succeed(handle) : Effect.fail(new WorkerStartFailure(end)))
      })
  )
