import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TaskModuleError, TaskTimeoutError, WorkerCrashedError } from "../../../Errors.ts"
import { TaskImpl } from "../../task/TaskImpl.ts"
import { preloadFunction, type TaskModule } from "../../task/taskModule.ts"
import { decodeReply } from "../codec/decodeReply.ts"
import { ownCall } from "./ownCall.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"

/** The name of this work, for messages. */
const task = "preload"

/** Makes a worker import the modules and build their layers, one after the other. Each may take `limit` milliseconds. */
export const preload = (
  handle: RemoteWorker,
  worker: string,
  modules: ReadonlyArray<TaskModule>,
  limit: number
): Effect.Effect<void, TaskModuleError> =>
  Effect.forEach(modules, (module) => preloadOne(handle, worker, module, limit), { discard: true })

const preloadOne = (
  handle: RemoteWorker,
  worker: string,
  module: TaskModule,
  limit: number
): Effect.Effect<void, TaskModuleError> => {
  const { url } = module
  const fn = preloadFunction(module)
  // A module without functions is never needed.
  if (fn === undefined) return Effect.void
  const failed = (reason: unknown) =>
    reason instanceof TaskModuleError ? reason : new TaskModuleError({ task, url, reason })
  const overdue = () =>
    failed(new TaskTimeoutError({ task, duration: Duration.millis(limit), phase: "starting", stuckAt: [] }))
  return Effect.flatMap(ownCall(handle, { url, name: fn.name, task }, limit, overdue), (end) => {
    switch (end._tag) {
      case "Success":
      case "Failure":
        return Effect.asVoid(Effect.mapError(decodeReply(end, new TaskImpl(fn, []), task, worker), failed))
      case "Crashed": {
        const { exitCode, reason, signal, stderr } = end
        return Effect.fail(failed(new WorkerCrashedError({ task, worker, exitCode, signal, stderr, reason })))
      }
      default:
        return Effect.fail(failed(new Error("its worker was ended")))
    }
  })
}
