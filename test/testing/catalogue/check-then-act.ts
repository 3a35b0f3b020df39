/**
 * Check, then act: the last seat is sold twice.
 *
 * Each of two fibers looks whether a seat is left, and takes it if so. It goes wrong when
 *
 * 1. the first sees that one seat is left,
 * 2. the second sees the same, takes the seat, and is told that it has one,
 * 3. the first takes a seat that is not there any more, and is told the same.
 *
 * That the seats are counted down by `Ref.update` does not help: what was checked may have changed before that step.
 * `Ref.modify` checks and acts in one.
 */
import { Effect, Ref } from "effect"
import { expectEqual } from "./expect.ts"

/** `book` says whether there was a seat. */
const program = (book: (seatsLeft: Ref.Ref<number>) => Effect.Effect<boolean>) =>
  Effect.gen(function* () {
    const seatsLeft = yield* Ref.make(1)
    const answers = yield* Effect.all([book(seatsLeft), book(seatsLeft)], { concurrency: "unbounded" })
    yield* expectEqual(answers.filter(Boolean).length, 1, "people who were told that the only seat is theirs")
  })

export const broken: Effect.Effect<void, unknown> = program((seatsLeft) =>
  Effect.gen(function* () {
    if ((yield* Ref.get(seatsLeft)) === 0) return false
    yield* Ref.update(seatsLeft, (seats) => seats - 1)
    return true
  })
)

export const fixed: Effect.Effect<void, unknown> = program((seatsLeft) =>
  Ref.modify(seatsLeft, (seats) => (seats === 0 ? [false, seats] : [true, seats - 1]))
)
