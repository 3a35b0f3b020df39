/**
 * A permit lost on interruption: a fiber is stopped when it has a permit, and has not yet said that it gives it back.
 *
 * The fiber takes a permit and then works with a finalizer that releases it. Another fiber interrupts it, whenever that
 * may be. The permit is lost when
 *
 * 1. the worker takes it,
 * 2. the canceller interrupts the worker, which has no finalizer yet.
 *
 * `withPermit` takes the permit and makes sure of its release in one step, as far as interruptions go. So does
 * `Semaphore.takeScoped`, and for whatever else is acquired there is `Effect.acquireUseRelease`.
 */
import { Effect, Fiber, Semaphore } from "effect"
import { expectEqual } from "./expect.ts"

const program = (withPermit: (semaphore: Semaphore.Semaphore) => (work: Effect.Effect<void>) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const semaphore = yield* Semaphore.make(1)
    const worker = yield* Effect.forkChild(withPermit(semaphore)(Effect.void))
    const canceller = yield* Effect.forkChild(Fiber.interrupt(worker))
    yield* Fiber.join(canceller)
    yield* expectEqual(yield* semaphore.takeIfAvailable(1), true, "whether the permit is back")
  })

export const broken: Effect.Effect<void, unknown> = program(
  (semaphore) => (work) =>
    Effect.gen(function* () {
      yield* semaphore.take(1)
      yield* Effect.ensuring(work, semaphore.release(1))
    })
)

export const fixed: Effect.Effect<void, unknown> = program((semaphore) => semaphore.withPermit)
