import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Executor, type Task } from "effect-futures"
import { openScope } from "../workers/openScope.ts"
import type { StreamSource } from "./StreamSource.ts"
import { Sources } from "./tasks.ts"

/** Our executor, whatever its workers are. */
export const startStreams = async <E>(
  make: Effect.Effect<Executor.Executor<Executor.Failure>, E, Scope.Scope>,
  options?: Executor.StreamOptions
): Promise<StreamSource> => {
  const [executor, close] = await openScope(make)
  const read = (task: Task.StreamTask<unknown>): Promise<number> =>
    Effect.runPromise(
      Executor.stream(executor, task, options).pipe(
        Stream.chunks,
        Stream.runFold(
          () => 0,
          (count, chunk) => count + chunk.length
        )
      )
    )
  return { numbers: (n) => read(Sources.numbers(n)), chunks: (n) => read(Sources.chunks(n)), close }
}
