import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/** Waits until an executor has its first workers. */
export class Readiness<E> {
  private missing: number
  private readonly done: Deferred.Deferred<void, E> = Deferred.makeUnsafe()

  constructor(wanted: number) {
    this.missing = wanted
    if (wanted === 0) Deferred.doneUnsafe(this.done, Effect.void)
  }

  /** Fails as soon as one of them cannot be had. */
  get wait(): Effect.Effect<void, E> {
    return Deferred.await(this.done)
  }

  /** Another worker is there. */
  readonly acquired = (): void => {
    if (--this.missing === 0) Deferred.doneUnsafe(this.done, Effect.void)
  }

  /** Notes a failure of the effect. */
  watch<A, R>(acquire: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.tapCause(acquire, (cause) =>
      Effect.sync(() => Deferred.doneUnsafe(this.done, Effect.failCause(cause)))
    )
  }
}
