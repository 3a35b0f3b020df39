import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { InvalidOptionsError } from "../../Errors.ts"
import { cancelAll } from "./cancel.ts"
import { checkFuture, checkIterable, checkFutures } from "./checkFutures.ts"
import { toJoined } from "./exitOutcome.ts"
import type { FutureImpl } from "./FutureImpl.ts"
import { waitFor } from "./waitFor.ts"

type AnyFuture = FutureImpl<unknown, unknown>

const succeeded = (future: AnyFuture): boolean => future.exit?._tag === "Success"
const failed = (future: AnyFuture): boolean => future.exit?._tag === "Failure"
const joined = (future: AnyFuture): Exit.Exit<unknown, unknown> => toJoined(future.exit!, future.name)

/** Waits until one future is as wanted or all are done, and cancels the others. Returns the one that decided, if there is one. */
const until = (
  futures: ReadonlyArray<AnyFuture>,
  wanted: (future: AnyFuture) => boolean
): Effect.Effect<AnyFuture | undefined> =>
  Effect.suspend(() => {
    let decisive: AnyFuture | undefined
    return waitFor(futures, (ended) => {
      decisive ??= ended === undefined ? futures.find(wanted) : wanted(ended) ? ended : undefined
      return decisive !== undefined
    }).pipe(
      Effect.onExit(() => cancelAll(futures)),
      Effect.map(() => decisive)
    )
  })

/** Joins all, in order. The first failure cancels the others. */
export const all = (given: Iterable<unknown>): Effect.Effect<Array<unknown>, unknown> =>
  Effect.suspend(() => {
    // Positions count here, so a future that is given twice is in the list twice.
    const positions = Array.from(checkIterable(given))
    const futures = checkFutures(positions)
    return Effect.flatMap(until(futures, failed), (failure): Effect.Effect<Array<unknown>, unknown> =>
      failure === undefined
        ? Effect.forEach(positions, (future) => joined(checkFuture(future)))
        : Effect.as(joined(failure), [])
    )
  })

/** The first value. The others are cancelled. If all fail, the failures of all. */
export const race = (given: Iterable<unknown>): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => {
    const futures = checkFutures(given)
    if (futures.length === 0) {
      throw new InvalidOptionsError({ option: "futures", value: [], expected: "at least one future to race" })
    }
    return Effect.flatMap(until(futures, succeeded), (winner) =>
      winner === undefined ? Exit.failCause(Cause.fromReasons(futures.flatMap(reasonsOf))) : joined(winner)
    )
  })

const reasonsOf = (future: AnyFuture): ReadonlyArray<Cause.Reason<unknown>> => {
  const exit = joined(future)
  return exit._tag === "Failure" ? exit.cause.reasons : []
}
