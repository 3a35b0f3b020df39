import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { TaskCancelledError } from "../../Errors.ts"
import { CurrentTask } from "../executor/CurrentTask.ts"
import { toJoined } from "./exitOutcome.ts"
import type { FutureImpl } from "./FutureImpl.ts"
import { noteOrigin } from "../executor/origins.ts"
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

const joined = <A, E>(
  future: FutureImpl<A, E>,
  exit: Exit.Exit<A, E>,
  by: Fiber.Fiber<unknown, unknown>
): Exit.Exit<A, E | TaskCancelledError> => {
  const { engine } = future
  if (engine?.isHeard === true) {
    engine.tellJoined(future, by.getRef(CurrentTask)?.run?.task)
    noteOrigin(by, future.id)
  }
  return toJoined(exit, future.name)
}

/** The value, or the failure as a joiner sees it. */
export const join = <A, E>(future: FutureImpl<A, E>): Effect.Effect<A, E | TaskCancelledError> =>
  Effect.withFiber((fiber) => {
    const exit = future.exit
    if (exit !== undefined) return joined(future, exit, fiber)
    return suspend<A, E | TaskCancelledError>(ownTask(fiber, future.engine), (resume, isLent) =>
      observe(future, () => resume(joined(future, future.exit!, fiber)), isLent)
    )
  })
