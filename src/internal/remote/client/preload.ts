import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskModuleError, TaskTimeoutError, WorkerCrashedError } from "../../../Errors.ts"
import type { WorkerEnd } from "../../executor/WorkerEnd.ts"
import { TaskImpl } from "../../task/TaskImpl.ts"
import { preloadFunction, type TaskModule } from "../../task/taskModule.ts"
import type { Call, CallEnd } from "../Call.ts"
import { decodeReply } from "../codec/decodeReply.ts"
import { withinRealTime } from "./withinRealTime.ts"
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
  const failed = (reason: unknown) => new TaskModuleError({ task, url, reason })
  const done = Effect.callback<void, TaskModuleError>((resume) => {
    const end = (exit: Exit.Exit<unknown, unknown>) =>
      resume(exit._tag === "Success" ? Effect.void : Effect.mapError(exit, failedAsSaid))
    const call: Call = {
      id: 0,
      request: { url, name: fn.name, args: [], task, ambient: undefined },
      transfer: [],
      called: () => {},
      ended: (how) => end(exitOf(how))
    }
    handle.ownedBy({ onDeath: (_, death) => end(Exit.fail(crashed(death))) })
    if (!handle.push(call)) end(Exit.fail(new Error("its worker has ended")))
  })
  const exitOf = (end: CallEnd): Exit.Exit<unknown, unknown> => {
    if (end._tag === "Success" || end._tag === "Failure") return decodeReply(end, new TaskImpl(fn, []), task, worker)
    return Exit.fail(
      end._tag === "Crashed" ? crashed({ ...end, error: end.reason }) : new Error("its worker was ended")
    )
  }
  const crashed = ({ error: reason, exitCode, signal, stderr }: Omit<WorkerEnd, "kind">) =>
    new WorkerCrashedError({ task, worker, exitCode, signal, stderr, reason })
  const failedAsSaid = (error: unknown) => (error instanceof TaskModuleError ? error : failed(error))
  const overdue = () =>
    failed(new TaskTimeoutError({ task, duration: Duration.millis(limit), phase: "starting", stuckAt: [] }))
  return withinRealTime(done, limit, overdue)
}
