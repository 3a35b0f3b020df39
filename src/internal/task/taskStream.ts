import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { callOf } from "./callOf.ts"
import type { TaskFunction } from "./TaskFunction.ts"

/** The call of a function as the stream that it returns. The stream has the services of the module's layer while it is read. */
export const taskStream = (
  fn: TaskFunction,
  args: ReadonlyArray<unknown>
): Stream.Stream<unknown, unknown, unknown> => {
  const { layer } = fn
  const called = Effect.map(callOf(fn, args), (returned) => streamOf(returned, fn.name))
  if (layer === undefined) return Stream.unwrap(called)
  return Stream.unwrap(Effect.map(layer.scoped, (services) => Stream.provideContext(Stream.unwrap(called), services)))
}

/** The stream that the function has returned. Another value means that the types were ignored. */
export const streamOf = (returned: unknown, name: string): Stream.Stream<unknown, unknown, unknown> =>
  Stream.isStream(returned)
    ? returned
    : Stream.die(new TypeError(`The task "${name}" was read as a stream, and its function returned none`))
