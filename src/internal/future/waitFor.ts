import * as Effect from "effect/Effect"
import type { FutureImpl } from "./FutureImpl.ts"
import { suspend, waiterFor } from "./blocking.ts"

/**
 * Waits until enough of the futures are done. `enough` is asked at once about all, and then about each that ends.
 *
 * An interruption removes the observers.
 */
export const waitFor = (
  futures: ReadonlyArray<FutureImpl<unknown, unknown>>,
  enough: (ended: FutureImpl<unknown, unknown> | undefined) => boolean
): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    suspend<void>(waiterFor(fiber, futures), (resume, isBlocked) => {
      const open = futures.filter((future) => !future.isDone)
      // The question belongs to the step that registers, because futures may end while a fiber gives way between two steps.
      if (enough(undefined) || open.length === 0) {
        resume(Effect.void)
        return () => {}
      }
      let left = open.length
      const cancels = open.map((future) =>
        future.observe(() => {
          left--
          // The last one is asked about, too, because it may decide.
          if (!enough(future) && left > 0) return
          cancelAll()
          resume(Effect.void)
        }, isBlocked)
      )
      const cancelAll = () => {
        for (const cancel of cancels) cancel()
      }
      return cancelAll
    })
  )
