import * as Effect from "effect/Effect"
import { CurrentTask } from "./blocking.ts"
import type { Future } from "../../Future.ts"
import { checkFuture } from "./checkFutures.ts"
import { awaitDone, type FutureImpl } from "./FutureImpl.ts"
import { boolean } from "../options.ts"
import * as trampoline from "../trampoline.ts"

/** Whether the task is past pending, also where the news of it may still be on the way from its worker. */
const hasBegun = (future: FutureImpl<unknown, unknown>): boolean =>
  future.state === "running" || (!future.isDone && !future.revoke())

/**
 * Stops the future and waits until it is gone; whether it ended cancelled. One that has begun is left alone if that is asked
 * for. To look and to stop is one step: between two a pending one could begin.
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
    // A task that cancels itself ends at its next step. One that cannot be interrupted there would wait for itself.
    const isOwn = fiber.getRef(CurrentTask)?.run?.task === future
    return future.isDone || isOwn ? answer : Effect.andThen(awaitDone(future), answer)
  })

/** Stops all of them at once, then waits until all are gone. */
export const cancelAll = (futures: ReadonlyArray<FutureImpl<unknown, unknown>>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const open = futures.filter((future) => !future.isDone)
    // Pending tasks first: a running task that stops would give them its worker.
    const pending = open.filter((future) => future.state === "pending")
    const isOutermost = trampoline.enter()
    try {
      for (const future of pending) future.interrupt(fiber.id)
      for (const future of open) if (!future.isDone) future.interrupt(fiber.id)
    } finally {
      trampoline.leave(isOutermost)
    }
    // A task that is among them would wait for itself.
    const own = fiber.getRef(CurrentTask)?.run?.task
    const others = open.filter((future) => future !== own)
    return Effect.forEach(others, awaitDone, { discard: true })
  })
