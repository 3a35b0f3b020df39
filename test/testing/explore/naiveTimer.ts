/**
 * The kitchen timer as the exercise has it: look at the state, then act. Each of its steps is right, and between two of
 * them others get in.
 */
import { Data, type Duration, Effect, Fiber, Ref } from "effect"

type State =
  | { readonly _tag: "stopped" }
  | { readonly _tag: "running"; readonly countdown: Fiber.Fiber<void> }
  | { readonly _tag: "timeUp" }

export class AlreadyRunning extends Data.TaggedError("AlreadyRunning")<{}> {}
export class NotRunning extends Data.TaggedError("NotRunning")<{}> {}

export interface NaiveTimer {
  readonly start: (duration: Duration.Input, whenTimeUp: Effect.Effect<void>) => Effect.Effect<void, AlreadyRunning>
  readonly stop: Effect.Effect<void, NotRunning>
  readonly state: Effect.Effect<State["_tag"]>
}

export const makeNaiveTimer: Effect.Effect<NaiveTimer> = Effect.gen(function* () {
  const state = yield* Ref.make<State>({ _tag: "stopped" })
  const start = Effect.fnUntraced(function* (duration: Duration.Input, whenTimeUp: Effect.Effect<void>) {
    const before = yield* Ref.get(state)
    if (before._tag === "running") return yield* new AlreadyRunning()
    const countdown = yield* Effect.forkDetach(
      Effect.gen(function* () {
        yield* Effect.sleep(duration)
        yield* Ref.set(state, { _tag: "timeUp" })
        yield* whenTimeUp
      })
    )
    yield* Ref.set(state, { _tag: "running", countdown })
  })
  const stop = Effect.gen(function* () {
    const before = yield* Ref.get(state)
    if (before._tag !== "running") return yield* new NotRunning()
    yield* Ref.set(state, { _tag: "stopped" })
    yield* Fiber.interrupt(before.countdown)
  })
  return { start, stop, state: Effect.map(Ref.get(state), (now) => now._tag) }
})
