/**
 * Two timers: two things are due at the same instant, and one is taken for granted to come first.
 *
 * A session ends after a second without a heartbeat, and there is a heartbeat every second. It goes wrong when
 *
 * 1. a second is over for both,
 * 2. the session is closed, for there was no heartbeat yet,
 * 3. the heartbeat comes, finds the session closed, and has nothing to keep alive.
 *
 * Nothing says which of two timers fires first, and a busy machine makes either late. The corrected heartbeat does not
 * depend on it: it opens again what was closed before it came.
 */
import { Effect, Ref } from "effect"
import { expectEqual } from "./expect.ts"

type Session = "new" | "alive" | "closed"

/** `beat` is what a heartbeat makes of the session. */
const program = (beat: (now: Session) => Session) =>
  Effect.gen(function* () {
    const session = yield* Ref.make<Session>("new")
    const heartbeat = Effect.andThen(Effect.sleep("1 second"), Ref.update(session, beat))
    const expiry = Effect.andThen(
      Effect.sleep("1 second"),
      Ref.update(session, (now) => (now === "alive" ? now : "closed"))
    )
    yield* Effect.all([heartbeat, expiry], { concurrency: "unbounded", discard: true })
    yield* expectEqual<Session>(yield* Ref.get(session), "alive", "the session after a heartbeat")
  })

export const broken: Effect.Effect<void, unknown> = program((now) => (now === "closed" ? now : "alive"))

export const fixed: Effect.Effect<void, unknown> = program(() => "alive")
