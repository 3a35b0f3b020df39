import { assert } from "@effect/vitest"
import { Cause, Effect, Ref } from "effect"
import { Interleave, type InterleaveFailure } from "effect-futures/testing"

/** What `check` fails with, which is no bad option. */
export const failureOf = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  options?: Interleave.Options
): Effect.Effect<InterleaveFailure, never, R> =>
  Effect.matchEffect(Interleave.check(program, options), {
    onFailure: (error) => (error._tag === "InterleaveFailure" ? Effect.succeed(error) : Effect.die(error)),
    onSuccess: ({ complete, schedules }) =>
      Effect.die(new Error(`nothing was found in ${schedules} schedules (complete: ${complete})`))
  })

/** What `replay` fails with. */
export const replayedFailureOf = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  schedule: string
): Effect.Effect<InterleaveFailure, never, R> =>
  Effect.matchEffect(Interleave.replay(program, schedule), {
    onFailure: (error) => (error._tag === "InterleaveFailure" ? Effect.succeed(error) : Effect.die(error)),
    onSuccess: (value) => Effect.die(new Error(`it succeeded with ${String(value)}`))
  })

/** The report of a program that has been shown to be right in every schedule within the bound. */
export const proofOf = <A, E, R>(program: Effect.Effect<A, E, R>, options?: Interleave.Options) =>
  Effect.gen(function* () {
    const report = yield* Interleave.check(program, options)
    assert.deepStrictEqual([report.complete, report.failures.length], [true, 0])
    return report
  })

/** All that the program gives in the schedules that are tried, each once and sorted. */
export const outcomesOf = <A, E, R>(program: Effect.Effect<A, E, R>, options?: Interleave.Options) =>
  Effect.gen(function* () {
    const outcomes = new Set<string>()
    const noted = Effect.tap(program, (value) => Effect.sync(() => outcomes.add(String(value))))
    const report = yield* Interleave.explore(noted, options)
    assert.deepStrictEqual(
      report.failures.map((failure) => failure.message),
      []
    )
    return { report, outcomes: Array.from(outcomes).toSorted() }
  })

/** The one thing that it failed or died with. */
export const reasonOf = (failure: { readonly cause: Cause.Cause<unknown> }): unknown => {
  const [reason] = failure.cause.reasons
  if (failure.cause.reasons.length !== 1 || reason === undefined) return assert.fail(Cause.pretty(failure.cause))
  if (reason._tag === "Interrupt") return "interrupted"
  return reason._tag === "Fail" ? reason.error : reason.defect
}

/** Adds one in two steps, between which another may do the same. */
export const increment = (count: Ref.Ref<number>): Effect.Effect<void> =>
  Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1))

export const unbounded = { concurrency: "unbounded", discard: true } as const

/** So many fibers count, and some of it may get lost. */
export const lostUpdate = (fibers = 2): Effect.Effect<void> =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    yield* Effect.all(
      Array.from({ length: fibers }, () => increment(count)),
      unbounded
    )
    const counted = yield* Ref.get(count)
    if (counted !== fibers) yield* Effect.die(`counted ${counted}`)
  })

/** The same in a way that loses nothing. */
export const countedRight: Effect.Effect<void> = Effect.gen(function* () {
  const count = yield* Ref.make(0)
  const increment = Ref.update(count, (n) => n + 1)
  yield* Effect.all([increment, increment], unbounded)
  if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost")
})

/** Lets everything outside of Effect go on that has something to do. */
export const turns = (count = 20): Effect.Effect<void> =>
  Effect.promise(async () => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
  })

/** Waits until it is so, for as long as a test may take. */
export const untilTrue = (condition: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve))
  })

/** Many awaits, none of which waits for anything. */
export const awaits = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await undefined
}
