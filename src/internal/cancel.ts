import * as Effect from "effect/Effect"
import { CurrentTask } from "./CurrentTask.ts"
import type { FutureImpl } from "./FutureImpl.ts"
import { awaitDone } from "./join.ts"
import { TaskFuture } from "./TaskFuture.ts"

const interrupt = (future: FutureImpl<unknown, unknown>, by: number): void =>
  future instanceof TaskFuture ? future.interrupt(by) : future.fiber.interruptUnsafe(by)

/** Stops the future and waits until it is gone; whether it ended cancelled. */
export const cancel = (future: FutureImpl<unknown, unknown>): Effect.Effect<boolean> =>
  Effect.withFiber((fiber) => {
    if (!future.isDone) interrupt(future, fiber.id)
    const answer = Effect.sync(() => future.state === "cancelled")
    // A task that cancels itself ends at its next step. One that cannot be interrupted there would wait for itself.
    const isOwn = fiber.getRef(CurrentTask)?.run?.task === future
    return future.isDone || isOwn ? answer : Effect.andThen(awaitDone(future), answer)
  })

/** Stops all of them at once, then waits until all are gone. */
export const cancelAll = (futures: ReadonlyArray<FutureImpl<unknown, unknown>>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const open = futures.filter((future) => !future.isDone)
    for (const future of open) interrupt(future, fiber.id)
    return Effect.forEach(open, awaitDone, { discard: true })
  })
