import { assert } from "@effect/vitest"
import { Duration, Effect, Exit, type Fiber, Scope, Stream } from "effect"
import { Executor, type Future, InvalidOptionsError, TaskTimeoutError } from "effect-futures"
import { isDeepStrictEqual } from "node:util"
import { enter, type Gate } from "./Gate.ts"
import { letOthersRun } from "../support/letOthersRun.ts"
import { Tasks } from "./tasks.ts"
import { turn, until } from "./until.ts"

export { until }
export { letOthersRun }

/** Waits until it gives what is expected: for counters that hear of a worker with some delay. */
export const eventually = <A, E, R>(get: Effect.Effect<A, E, R>, expected: A): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const end = performance.now() + 20_000
    for (let turns = 0; performance.now() < end; turns++) {
      if (isDeepStrictEqual(yield* get, expected)) return
      yield* turn(turns)
    }
    assert.deepStrictEqual(yield* get, expected)
  })

/** Forks what is expected to wait, and lets it come to where it does. */
export const begin = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.forkChild(effect, { startImmediately: true }).pipe(Effect.tap(() => letOthersRun))

export const isWaiting = (fiber: Fiber.Fiber<unknown, unknown>): boolean => fiber.pollUnsafe() === undefined

/** Whether the error says which option has which value, and what is allowed. */
export const assertInvalid = (
  error: unknown,
  expected: { readonly option: string; readonly value: unknown; readonly shown: string; readonly allowed: string }
): void => {
  if (!(error instanceof InvalidOptionsError)) return assert.fail(`not an InvalidOptionsError: ${String(error)}`)
  assert.strictEqual(error.option, expected.option)
  assert.deepStrictEqual(error.value, expected.value)
  assert.include(error.message, expected.option)
  assert.include(error.message, expected.shown)
  assert.include(error.message, expected.allowed)
}

export const assertTimeout = (
  error: unknown,
  expected: { readonly task: string; readonly millis: number; readonly phase: TaskTimeoutError["phase"] }
): void => {
  if (!(error instanceof TaskTimeoutError)) return assert.fail(`not a TaskTimeoutError: ${String(error)}`)
  assert.strictEqual(error.task, expected.task)
  assert.strictEqual(Duration.toMillis(error.duration), expected.millis)
  assert.strictEqual(error.phase, expected.phase)
}

export const assertTag = (error: unknown, tag: string): void => {
  assert.strictEqual((error as { readonly _tag?: unknown })?._tag, tag, String(error))
}

/** Waits until the statistics say this. A durable executor hears some time after the gate that a task has started. */
export const untilStats = (
  executor: Executor.Executor<unknown>,
  expected: Partial<Executor.Stats>
): Effect.Effect<void> =>
  eventually(
    Effect.map(Executor.stats(executor), (stats) =>
      Object.fromEntries(Object.keys(expected).map((name) => [name, stats[name as keyof Executor.Stats]]))
    ),
    expected
  )

/** Collects what happens in the executor from now on, until it has ended. */
export const recordEvents = (executor: Executor.Executor<unknown>) =>
  Effect.forkChild(Stream.runCollect(Executor.events(executor)), { startImmediately: true })

/** An effect that waits at a gate, for executors that take any effect. */
export const pass = (door: Gate, name: string): Effect.Effect<string> => Effect.as(enter(door.address, name), name)

/** Submits tasks that wait at the gate, for executors of any kind. */
export const submitAll = <X>(executor: Executor.Executor<X>, door: Gate, names: ReadonlyArray<string>) =>
  Effect.forEach(names, (name) => executor.submit(Tasks.pass(door.address, name)))

/** Makes something in a scope that the test closes when it likes. */
export const inOwnScope = <A, E, R>(make: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const made = yield* Scope.provide(make, scope)
    return { made, close: Scope.close(scope, Exit.void) }
  })

export const statesOf = (futures: ReadonlyArray<Future.Future<unknown, unknown>>): Array<Future.State> =>
  futures.map((future) => future.state)

/** Values that are no positive durations, as they look in a message. */
export const badTimeouts: ReadonlyArray<readonly [value: unknown, shown: string]> = [
  [0, "0"],
  [-1, "-1"],
  [Number.NaN, "NaN"],
  ["abc", '"abc"'],
  ["0 seconds", '"0 seconds"'],
  [{}, "{}"],
  [null, "null"],
  [true, "true"]
]

/** Values that are no whole numbers of at least 1, as they look in a message. */
export const badCounts: ReadonlyArray<readonly [value: unknown, shown: string]> = [
  [0, "0"],
  [-1, "-1"],
  [Number.NaN, "NaN"],
  [1.5, "1.5"],
  ["4", '"4"'],
  [Number.POSITIVE_INFINITY, "Infinity"]
]

/** Counts how many are in it at a time. */
export class Meter {
  now = 0
  most = 0
  /** Work that the meter counts, and that lets other fibers run. */
  readonly inside: Effect.Effect<void> = Effect.suspend(() => {
    this.most = Math.max(this.most, ++this.now)
    return Effect.ensuring(
      Effect.repeat(Effect.yieldNow, { times: 3 }),
      Effect.sync(() => this.now--)
    )
  })
}
