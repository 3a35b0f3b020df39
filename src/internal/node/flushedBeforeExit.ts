import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RemoteWorker } from "../remote/client/RemoteWorker.ts"

const workers = new Set<RemoteWorker>()

const flushAll = (): void => {
  for (const worker of workers) worker.flush()
}

const add = (worker: RemoteWorker): void => {
  if (workers.size === 0) process.on("beforeExit", flushAll)
  workers.add(worker)
}

const remove = (worker: RemoteWorker): void => {
  workers.delete(worker)
  if (workers.size === 0) process.off("beforeExit", flushAll)
}

/** Has a program that ends without closing the worker wait for what the worker's tasks have printed. */
export const flushedBeforeExit = <E, R>(
  start: Effect.Effect<RemoteWorker, E, R>
): Effect.Effect<RemoteWorker, E, R | Scope.Scope> =>
  Effect.tap(start, (worker) =>
    Effect.acquireRelease(
      Effect.sync(() => add(worker)),
      () => Effect.sync(() => remove(worker))
    )
  )
