/**
 * Missed wakeup: a fiber waits for a bell that has rung already.
 *
 * One fiber waits until something is ready: it looks whether it is, and leaves a bell to be rung if it is not. Another
 * makes it ready and rings the bells that it finds. It is never woken when
 *
 * 1. the waiter sees that it is not ready,
 * 2. the notifier makes it ready, and finds no bell to ring,
 * 3. the waiter leaves its bell, and waits.
 *
 * The waiter must look and leave its bell in one step: either it sees that it is ready, or the notifier sees its bell.
 * A `Latch` does the same, and is what one would use.
 */
import { Deferred, Effect, Ref } from "effect"

type Bell = Deferred.Deferred<void>

interface Condition {
  readonly isReady: boolean
  readonly bells: ReadonlyArray<Bell>
}

const withBell = (condition: Condition, bell: Bell): Condition => ({
  ...condition,
  bells: [...condition.bells, bell]
})

/** `leaveBell` says whether the bell was left, and is to be waited for. */
const program = (leaveBell: (condition: Ref.Ref<Condition>, bell: Bell) => Effect.Effect<boolean>) =>
  Effect.gen(function* () {
    const condition = yield* Ref.make<Condition>({ isReady: false, bells: [] })
    const bell = yield* Deferred.make<void>()
    const waiter = Effect.gen(function* () {
      if (yield* leaveBell(condition, bell)) yield* Deferred.await(bell)
    })
    const notifier = Effect.gen(function* () {
      const { bells } = yield* Ref.getAndSet(condition, { isReady: true, bells: [] })
      for (const bell of bells) yield* Deferred.succeed(bell, undefined)
    })
    yield* Effect.all([waiter, notifier], { concurrency: "unbounded", discard: true })
  })

export const broken: Effect.Effect<void, unknown> = program((condition, bell) =>
  Effect.gen(function* () {
    if ((yield* Ref.get(condition)).isReady) return false
    yield* Ref.update(condition, (now) => withBell(now, bell))
    return true
  })
)

export const fixed: Effect.Effect<void, unknown> = program((condition, bell) =>
  Ref.modify(condition, (now) => (now.isReady ? [false, now] : [true, withBell(now, bell)]))
)
