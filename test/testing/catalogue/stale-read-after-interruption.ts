/**
 * A stale read after an interruption: what undoes one change undoes another one too.
 *
 * A fiber reserves 10 of a balance for a purchase, and remembers what was there before. It is interrupted, and its
 * finalizer puts back what it remembers. Meanwhile another fiber pays in 50, which are lost when
 *
 * 1. the purchase reads 100, remembers that, and leaves 90,
 * 2. the deposit makes 140 of it,
 * 3. the purchase is interrupted, and writes 100.
 *
 * What is true when something begins need not be true when it is undone. The corrected finalizer adds what was taken
 * to whatever is there then.
 */
import { Effect, Fiber, Ref } from "effect"
import { expectEqual } from "./expect.ts"

const program = (undo: (balance: Ref.Ref<number>, before: number) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const balance = yield* Ref.make(100)
    const deposit = yield* Effect.forkChild(Ref.update(balance, (now) => now + 50))
    const purchase = yield* Effect.forkChild(
      // Reserving and what undoes it are one: an interruption between them would lose the 10, which is another race.
      Effect.acquireUseRelease(
        Ref.getAndUpdate(balance, (now) => now - 10),
        () => Effect.never,
        (before) => undo(balance, before)
      )
    )
    yield* Fiber.join(deposit)
    yield* Fiber.interrupt(purchase)
    yield* expectEqual(yield* Ref.get(balance), 150, "the balance after a deposit and a purchase that was undone")
  })

export const broken: Effect.Effect<void, unknown> = program((balance, before) => Ref.set(balance, before))

export const fixed: Effect.Effect<void, unknown> = program((balance) => Ref.update(balance, (now) => now + 10))
