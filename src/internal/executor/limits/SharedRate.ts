import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RateLimiter, RateLimiterError } from "effect/persistence/RateLimiter"
import type { CheckedRate } from "./rateOptions.ts"

/** A limit that Effect's `RateLimiter` counts in its store, which many machines may share. */
export class SharedRate {
  private readonly options: CheckedRate & { readonly limiter: RateLimiter }

  constructor(options: SharedRate["options"]) {
    this.options = options
  }

  take(tokens: number): Effect.Effect<number> {
    const { algorithm, burst, interval, limiter, name: key } = this.options
    // The limiter's bucket holds `limit` tokens, and fills in `window`.
    const rate = { key, algorithm, limit: burst, window: Duration.millis(burst * interval) } as const
    // A store or a limiter that is not Effect's may throw.
    const consume = (tokens: number, onExceeded: "fail" | "delay") =>
      Effect.suspend(() => limiter.consume({ ...rate, tokens, onExceeded }))
    const first = consume(Math.min(tokens, burst), "fail")
    const rest = tokens > burst ? consume(tokens - burst, "delay") : Effect.void
    return Effect.andThen(first, rest).pipe(
      Effect.as(0),
      Effect.catchCause((cause) => this.refused(cause))
    )
  }

  // Unknown here, because other machines take tokens, too.
  resetsIn(): number {
    return 0
  }

  private refused(cause: Cause.Cause<RateLimiterError>): Effect.Effect<number> {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    const reason: RateLimiterError["reason"] | undefined = error?.reason
    if (reason?._tag === "RateLimitExceeded") return Effect.succeed(Duration.toMillis(reason.retryAfter))
    const message = `The store of the rate ${JSON.stringify(this.options.name)} does not answer. Tasks wait, and it is asked again in a second.`
    return Effect.as(Effect.logWarning(message, cause), 1000)
  }
}
