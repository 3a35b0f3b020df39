import { Effect, Exit, Fiber } from "effect"
import { Interleave } from "effect-futures/testing"

/** The marks of `both`, for proofs that have to have seen them. */
export const overlap = "one began before the other had ended"
export const atOnce = ["one ended first", "other ended first", overlap] as const

/** Runs two at once. Marks which of them ended first, and whether the second began before that. */
export const both = <A, B, E, E2>(
  one: Effect.Effect<A, E>,
  other: Effect.Effect<B, E2>
): Effect.Effect<[A, B], E | E2> =>
  Effect.suspend(() => {
    const ended: Array<string> = []
    let begun = 0
    let isOverlap = false
    const watched = <A, E>(name: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.withFiber((fiber) => {
        isOverlap = ++begun === 2 && ended.length === 0
        fiber.addObserver(() => ended.push(name))
        return Interleave.named(effect, name)
      })
    return Effect.tap(Effect.all([watched("one", one), watched("other", other)], { concurrency: "unbounded" }), () =>
      Effect.andThen(Interleave.reached(`${ended[0]} ended first`), markIf(isOverlap, overlap))
    )
  })

/** The marks of `markEnd`. */
export const eachEnd = (name: string) => [`${name} came to its end`, `${name} was interrupted`] as const

/** Marks how a fiber that somebody interrupts has ended. */
export const markEnd = (fiber: Fiber.Fiber<unknown, unknown>, name: string): Effect.Effect<void> =>
  Effect.flatMap(Fiber.await(fiber), (exit) => Interleave.reached(eachEnd(name)[Exit.isSuccess(exit) ? 0 : 1]))

/** Marks what has been the case. */
export const markIf = (isSo: boolean, name: string): Effect.Effect<void> =>
  isSo ? Interleave.reached(name) : Effect.void
