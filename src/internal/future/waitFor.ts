import * as Effect from "effect/Effect"
import type { FutureImpl } from "./FutureImpl.ts"
import { suspend, waiterFor } from "./blocking.ts"

/**
 * Waits until enough of the futures are done. `enough` is asked at once, of all, and then of each that ends.
 *
 * Interrupting it takes back what it registered.
 */
export const waitFor = (
  futures: ReadonlyArray<FutureImpl<unknown, unknown>>,
  enough: (ended: FutureImpl<unknown, unknown> | undefined) => boolean
): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    suspend<void>(waiterFor(fiber, futures), (resume, isBlocked) => {
      const open = futures.filter((future) => !future.isDone)
      // Asked in the step that registers: between two steps a fiber may have to give way, and they may end.
      if (enough(undefined) || open.length === 0) {
        resume(Effect.void)
        return () => {}
      }
      let left = open.length
      const cancels = open.map((future) =>
        future.observe(() => {
          left--
          // The last one is asked about too: it may be the one that decides.
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
