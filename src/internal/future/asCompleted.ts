import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { checkFutures } from "./checkFutures.ts"
import type { FutureImpl } from "./FutureImpl.ts"
import { waitMillis } from "../options.ts"
import { suspend, waiterFor } from "./blocking.ts"
import * as trampoline from "../trampoline.ts"

type AnyFuture = FutureImpl<unknown, unknown>
type Chunk = readonly [AnyFuture, ...Array<AnyFuture>]

// Monotonic time, because the wall clock may be adjusted.
const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1_000_000)

/** The futures in the order in which they end; the timeout is counted from the start of the stream. */
export const asCompleted = (
  given: Iterable<unknown>,
  options: { readonly timeout?: Duration.Input | undefined } | undefined
): Stream.Stream<AnyFuture, Cause.TimeoutError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const futures = checkFutures(given)
      const timeout = waitMillis("timeout", options?.timeout)
      const start = yield* monotonicMillis
      const ready: Array<AnyFuture> = []
      const open = new Set<AnyFuture>()
      let wake: (() => void) | undefined
      // The release is certain: all observers are removed.
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          for (const future of futures) {
            if (future.isDone) ready.push(future)
            else open.add(future)
          }
          // An early observer, so that a blocked task asks for its worker before that goes to a task that has not begun.
          return Array.from(open, (future) =>
            future.observe(() => {
              open.delete(future)
              ready.push(future)
              wake?.()
            }, true)
          )
        }),
        (cancels) => Effect.sync(() => cancels.forEach((cancel) => cancel()))
      )

      const nextEnds: Effect.Effect<void> = Effect.withFiber((fiber) =>
        suspend<void>(waiterFor(fiber, open), (resume, isBlocked) => {
          // The fiber may have given way since the last look, and a future may have ended.
          if (ready.length > 0) resume(Effect.void)
          const goOn = () => resume(Effect.void)
          wake = isBlocked ? goOn : () => trampoline.run(goOn)
          return () => {
            wake = undefined
          }
        })
      )
      const unfinished = () => new Cause.TimeoutError(`${open.size} (of ${futures.length}) futures unfinished`)
      const nextInTime =
        timeout === Infinity
          ? nextEnds
          : Effect.flatMap(monotonicMillis, (now) =>
              Effect.timeoutOrElse(nextEnds, {
                duration: Math.max(0, start + timeout - now),
                orElse: () => Effect.suspend(() => (ready.length > 0 ? Effect.void : Effect.fail(unfinished())))
              })
            )
      const pull: Pull.Pull<Chunk, Cause.TimeoutError> = Effect.suspend(() => {
        const [first, ...rest] = ready.splice(0)
        if (first !== undefined) return Effect.succeed<Chunk>([first, ...rest])
        return open.size === 0 ? Cause.done() : Effect.andThen(nextInTime, pull)
      })
      return Stream.fromPull(Effect.succeed(pull))
    })
  )
