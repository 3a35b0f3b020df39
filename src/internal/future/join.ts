import * as Effect from "effect/Effect"
import type { TaskCancelledError } from "../../Errors.ts"
import { toJoined } from "./exitOutcome.ts"
import type { FutureImpl } from "./FutureImpl.ts"
import { ownTask, suspend } from "../executor/suspend.ts"

/** Whoever waits for a task that has a worker lets it begin: its own turn is over. */
const observe = (future: FutureImpl<unknown, unknown>, observer: () => void, isEarly: boolean): (() => void) => {
  // A fiber may have to give way between any two of its steps, so the future may have ended since it was looked at.
  if (future.isDone) {
    observer()
    return () => {}
  }
  const cancel = future.observe(observer, isEarly)
  if (future.state === "running") future.engine?.beginnings.now()
  return cancel
}

/** Waits for the future to be done, without looking at how it ended. */
export const awaitDone = (future: FutureImpl<unknown, unknown>): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    future.isDone
      ? Effect.void
      : suspend(ownTask(fiber, future.engine), (resume, isLent) => observe(future, () => resume(Effect.void), isLent))
  )

/** The value, or the failure as a joiner sees it. */
export const join = <A, E>(future: FutureImpl<A, E>): Effect.Effect<A, E | TaskCancelledError> =>
  Effect.withFiber((fiber) => {
    const exit = future.exit
    if (exit !== undefined) return toJoined(exit, future.name)
    return suspend<A, E | TaskCancelledError>(ownTask(fiber, future.engine), (resume, isLent) =>
      observe(future, () => resume(toJoined(future.exit!, future.name)), isLent)
    )
  })
