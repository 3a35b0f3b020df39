import { InvalidOptionsError } from "../../Errors.ts"
import { type FutureImpl, isFutureImpl } from "./FutureImpl.ts"

const expected = "a Future, from an executor's submit or from Future.make"

/** Throws an `InvalidOptionsError` for values that are not futures of this library. */
export const checkFuture = (value: unknown): FutureImpl<unknown, unknown> => {
  if (isFutureImpl(value)) return value
  throw new InvalidOptionsError({ option: "future", value, expected })
}

/** A future is an Effect, and so iterable, but it is not a list of futures. */
export const checkIterable = <F>(values: Iterable<F>): Iterable<F> => {
  if (typeof values === "object" && values !== null && Symbol.iterator in values && !isFutureImpl(values)) return values
  throw new InvalidOptionsError({ option: "futures", value: values, expected: "an Iterable of futures" })
}

/** The futures in the given order, without duplicates. */
export const checkFutures = <F>(values: Iterable<F>): Array<F & FutureImpl<unknown, unknown>> => {
  const futures = new Set<F & FutureImpl<unknown, unknown>>()
  let index = 0
  for (const value of checkIterable(values)) {
    if (!isFutureImpl(value)) throw new InvalidOptionsError({ option: `futures[${index}]`, value, expected })
    futures.add(value)
    index++
  }
  return Array.from(futures)
}
