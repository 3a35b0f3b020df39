/**
 * A permit released twice on a timeout: by the one who gave up waiting, and by the task itself.
 *
 * A task holds the only permit for a second and releases it in a finalizer. A watchdog gives it a second as well: if
 * the task has not ended by then, the watchdog releases the permit, for others to go on, and interrupts the task. There
 * are two permits when
 *
 * 1. a second is over for both,
 * 2. the watchdog sees a task that has not ended, and releases the permit,
 * 3. the task ends, by itself or interrupted, and its finalizer releases the permit as well.
 *
 * Whoever comes first is to release it. The corrected form notes that it was done, in the step that looks whether it
 * was.
 */
import { Effect, Fiber, Ref } from "effect"
import { expectEqual } from "./expect.ts"

/** `makeRelease` makes what both of them release the permit with. */
const program = (makeRelease: (free: Ref.Ref<number>) => Effect.Effect<Effect.Effect<void>>) =>
  Effect.gen(function* () {
    // The one that there is was taken for the task.
    const free = yield* Ref.make(0)
    const release = yield* makeRelease(free)
    const task = yield* Effect.forkChild(Effect.ensuring(Effect.sleep("1 second"), release), {
      // Its second begins before that of the watchdog, which is this fiber.
      startImmediately: true
    })
    yield* Effect.sleep("1 second")
    if (task.pollUnsafe() === undefined) {
      yield* release
      yield* Fiber.interrupt(task)
    }
    yield* expectEqual(yield* Ref.get(free), 1, "free permits when nobody works any more")
  })

const addPermit = (free: Ref.Ref<number>) => Ref.update(free, (permits) => permits + 1)

export const broken: Effect.Effect<void, unknown> = program((free) => Effect.succeed(addPermit(free)))

export const fixed: Effect.Effect<void, unknown> = program((free) =>
  Effect.gen(function* () {
    const isReleased = yield* Ref.make(false)
    return Effect.gen(function* () {
      if (!(yield* Ref.getAndSet(isReleased, true))) yield* addPermit(free)
    })
  })
)
