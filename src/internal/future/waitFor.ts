import * as Effect from "effect/Effect"
import { type FutureImpl, isOfItself, refuseOwn } from "./FutureImpl.ts"
import { suspend, waiterFor } from "./blocking.ts"

/**
 * Waits until enough of the futures are done. `enough` is asked at once about all, and then about each that ends.
 *
 * An interruption removes the observers. A task that waits for its own future dies when there is no other left.
 */
export const waitFor = (
  futures: ReadonlyArray<FutureImpl<unknown, unknown>>,
  enough: (ended: FutureImpl<unknown, unknown> | undefined) => boolean
): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const run = waiterFor(fiber, futures)
    const own = run === undefined ? undefined : futures.find((future) => isOfItself(fiber, run, future))
    return suspend<void>(run, (resume, isBlocked) => {
      const open = futures.filter((future) => !future.isDone && future !== own)
      const end = own === undefined ? Effect.void : refuseOwn(own, "wait")
      // The question belongs to the step that registers, because futures may end while a fiber gives way between two steps.
      const isEnough = enough(undefined)
      if (isEnough || open.length === 0) {
        resume(isEnough ? Effect.void : end)
        return () => {}
      }
      let left = open.length
      const cancels = open.map((future) =>
        future.observe(() => {
          left--
          // The last one is asked about, too, because it may decide.
          const isEnough = enough(future)
          if (!isEnough && left > 0) return
          cancelAll()
          resume(isEnough ? Effect.void : end)
        }, isBlocked)
      )
      const cancelAll = () => {
        for (const cancel of cancels) cancel()
      }
      return cancelAll
    })
  })
