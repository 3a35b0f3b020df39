import * as Effect from "effect/Effect"
import type { FutureImpl } from "./FutureImpl.ts"
import { suspend, waiterFor } from "./suspend.ts"

/**
 * Waits until enough of the futures are done. `enough` is asked at once and after each that ends.
 *
 * Interrupting it takes back what it registered.
 */
export const waitFor = (
  futures: ReadonlyArray<FutureImpl<unknown, unknown>>,
  enough: (ended: FutureImpl<unknown, unknown> | undefined) => boolean
): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const open = futures.filter((future) => !future.isDone)
    if (open.length === 0 || enough(undefined)) return Effect.void
    return suspend<void>(waiterFor(fiber, open), (resume) => {
      let left = open.length
      const cancels = open.map((future) =>
        future.observe(() => {
          left--
          if (left > 0 && !enough(future)) return
          cancelAll()
          resume(Effect.void)
        })
      )
      const cancelAll = () => {
        for (const cancel of cancels) cancel()
      }
      return cancelAll
    })
  })
