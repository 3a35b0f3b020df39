import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Data from "effect/Data"
import { TaskModuleError, TaskTimeoutError, WorkerCrashedError } from "../../../Errors.ts"
import { TaskImpl } from "../../task/TaskImpl.ts"
import { importName, preloadFunction, type TaskModule } from "../../task/taskModule.ts"
import { decodeReply } from "../codec/decodeReply.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import type { Call, CallEnd } from "../Call.ts"
import { withinRealTime } from "./realTime.ts"

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

/** A call that is no task of the program. */
interface OwnCall {
  readonly url: string
  readonly name: string
  /** The name of this work, for messages. */
  readonly task: string
}

/** Has a worker without other calls do this one, within so many milliseconds. Then it fails with `onOver`. */
const ownCall = <E>(
  handle: RemoteWorker,
  { name, task, url }: OwnCall,
  limit: number,
  onOver: () => E
): Effect.Effect<CallEnd, E> => {
  const done = Effect.callback<CallEnd>((resume) => {
    const ended = (end: CallEnd) => resume(Effect.succeed(end))
    const request = { url, name, args: [], task, ambient: undefined }
    const call: Call = { id: 0, request, transfer: [], called: () => {}, ended }
    handle.ownedBy({
      onDeath: (_, { error: reason, exitCode, signal, stderr }) =>
        ended({ _tag: "Crashed", exitCode, signal, stderr, reason })
    })
    if (!handle.push(call)) ended({ _tag: "Revoked" })
  })
  return withinRealTime(done, limit, onOver)
}

/** A file has killed its worker, or its import does not end. */
class ImportFailed extends Data.TaggedError("ImportFailed")<{ readonly url: string }> {}

/**
 * Makes a worker import the file of a function, without its layer. An error in the file is left to the tasks that need it. Fails if the
 * worker cannot be used any more.
 */
export const importFile = (
  handle: RemoteWorker,
  url: string,
  name: string,
  limit: number
): Effect.Effect<void, ImportFailed> => {
  const failed = () => new ImportFailed({ url })
  const imported = ownCall(handle, { url, name: importName(name), task: "import" }, limit, failed)
  return Effect.flatMap(imported, ({ _tag }) =>
    _tag === "Success" || _tag === "Failure" ? Effect.void : Effect.fail(failed())
  )
}
