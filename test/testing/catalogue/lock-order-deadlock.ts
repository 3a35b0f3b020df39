/**
 * Deadlock by lock order: two fibers need the same two locks, and each waits for the one that the other has.
 *
 * One transfers from account A to account B, the other from B to A, and both lock first what they take from. Nothing
 * goes on any more when
 *
 * 1. the first locks A,
 * 2. the second locks B, and waits for A,
 * 3. the first waits for B.
 *
 * Where all lock in the same order, whoever has the first lock finds the second one free, or held by one who needs no
 * more.
 */
import { Effect, Ref, Semaphore } from "effect"
import { expectEqual } from "./expect.ts"

type Locks = readonly [Semaphore.Semaphore, Semaphore.Semaphore]

/** `locksOfReturn` is what the transfer from B to A locks, in that order. */
const program = (locksOfReturn: (a: Semaphore.Semaphore, b: Semaphore.Semaphore) => Locks) =>
  Effect.gen(function* () {
    const a = yield* Semaphore.make(1)
    const b = yield* Semaphore.make(1)
    const transfers = yield* Ref.make(0)
    const transfer = ([first, second]: Locks) =>
      first.withPermit(second.withPermit(Ref.update(transfers, (done) => done + 1)))
    yield* Effect.all([transfer([a, b]), transfer(locksOfReturn(a, b))], { concurrency: "unbounded", discard: true })
    yield* expectEqual(yield* Ref.get(transfers), 2, "transfers that were made")
  })

export const broken: Effect.Effect<void, unknown> = program((a, b) => [b, a])

export const fixed: Effect.Effect<void, unknown> = program((a, b) => [a, b])
