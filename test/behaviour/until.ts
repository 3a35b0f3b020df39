import * as Effect from "effect/Effect"

/** So many turns at full speed are enough for whatever happens in this thread. */
const quickTurns = 200

/** On the real clock, and no test relies on how long it is. It leaves the processor to the workers that are waited for. */
const pause: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), 1)
  return Effect.sync(() => clearTimeout(timer))
})

/** A pause that lets others run before the next look at the condition. */
export const turn = (turns: number): Effect.Effect<void> => (turns < quickTurns ? Effect.yieldNow : pause)

/** Waits, in turns of the event loop, until the condition is true. A test that waits in vain runs into its time limit. */
export const until = (condition: () => boolean): Effect.Effect<void> => {
  const after = (turns: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (condition()) return Effect.void
      return Effect.andThen(turn(turns), after(turns + 1))
    })
  return after(0)
}
