import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { importName } from "../../task/taskModule.ts"
import type { Call } from "../Call.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import { withinRealTime } from "./withinRealTime.ts"

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
  const done = Effect.callback<void, ImportFailed>((resume) => {
    const fail = () => resume(Effect.fail(failed()))
    const call: Call = {
      id: 0,
      request: { url, name: importName(name), args: [], task: "import", ambient: undefined },
      transfer: [],
      called: () => {},
      ended: ({ _tag }) => (_tag === "Success" || _tag === "Failure" ? resume(Effect.void) : fail())
    }
    handle.ownedBy({ onDeath: fail })
    if (!handle.push(call)) fail()
  })
  return withinRealTime(done, limit, failed)
}
