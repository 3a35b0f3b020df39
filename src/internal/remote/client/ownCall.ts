import * as Effect from "effect/Effect"
import type { Call, CallEnd } from "../Call.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import { withinRealTime } from "./realTime.ts"

/** A call that is no task of the program. */
interface OwnCall {
  readonly url: string
  readonly name: string
  /** The name of this work, for messages. */
  readonly task: string
}

/** Has a worker without other calls do this one, within so many milliseconds. Then it fails with `onOver`. */
export const ownCall = <E>(
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
