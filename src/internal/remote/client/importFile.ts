import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { importName } from "../../task/taskModule.ts"
import { ownCall } from "./ownCall.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"

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
