import * as Effect from "effect/Effect"
import { CurrentTask } from "./blocking.ts"
import type { Future } from "../../Future.ts"
import { checkFuture } from "./checkFutures.ts"
import { awaitDone, type FutureImpl } from "./FutureImpl.ts"
import { boolean } from "../options.ts"
import * as trampoline from "../trampoline.ts"

/** Whether the task is past pending, even if its worker's report of that is still on its way. */
const hasBegun = (future: FutureImpl<unknown, unknown>): boolean =>
  future.state === "running" || (!future.isDone && !future.revoke())

/**
 * Stops the future, and waits until it has ended. Returns whether it ended cancelled. A task that has begun is left alone if `running` is
 * `false`. The check and the stop are one step, because a pending task could begin in between.
 */
export const cancel = (
  self: Future<unknown, unknown>,
  options?: { readonly running?: boolean | undefined }
): Effect.Effect<boolean> =>
  Effect.withFiber((fiber) => {
    const future = checkFuture(self)
    const running = options?.running === undefined || boolean("running", options.running)
    if (!running && hasBegun(future)) return Effect.succeed(false)
    if (!future.isDone) future.interrupt(fiber.id)
    const answer = Effect.sync(() => future.state === "cancelled")
    // A task that cancels itself ends at its next step. In an uninterruptible region it would wait for itself.
    const isOwn = fiber.getRef(CurrentTask)?.run?.task === future
    return future.isDone || isOwn ? answer : Effect.andThen(awaitDone(future), answer)
  })

/** Stops all of them at once, then waits until all have ended. */
export const cancelAll = (futures: ReadonlyArray<FutureImpl<unknown, unknown>>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const open = futures.filter((future) => !future.isDone)
    // Pending tasks come first, because otherwise one of them would begin when a running task stops.
    const pending = open.filter((future) => future.state === "pending")
    trampoline.change(() => {
      for (const future of pending) future.interrupt(fiber.id)
      for (const future of open) if (!future.isDone) future.interrupt(fiber.id)
    })
    // A task among them would wait for itself.
    const own = fiber.getRef(CurrentTask)?.run?.task
    const others = open.filter((future) => future !== own)
    return Effect.forEach(others, awaitDone, { discard: true })
  })
