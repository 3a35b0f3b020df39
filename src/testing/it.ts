/**
 * `Interleave` as a test of `@effect/vitest`.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
// The package may be missing. Then `Methods` below is `any`, and programs that do not use `it` still compile. Only a comment
// of this form gets into the declarations.
// oxlint-disable-next-line typescript/ban-ts-comment
/** @ts-ignore */
import type * as EffectVitest from "@effect/vitest"
import { makeInterleaveTester } from "../internal/testing/interleaveTest.ts"
import { isInVitest, loadIt } from "../internal/testing/vitest.ts"
import type { Options, Strategy } from "./Interleave.ts"

/**
 * Options for a test.
 *
 * @since 0.1.0
 * @category models
 */
export interface InterleaveTestOptions extends Options {
  /** Milliseconds after which the test fails. Defaults to vitest's `testTimeout`. */
  readonly timeout?: number | undefined
  /**
   * Whether a test with a proving strategy (`"auto"`, `"exhaustive"`, `"unbounded"`, `"delay"`) fails if it has not tried all schedules,
   * and so has proved nothing. Defaults to `true`.
   */
  readonly requireProof?: boolean | undefined
}

/**
 * Registers a test of a program in all schedules of a strategy.
 *
 * @since 0.1.0
 * @category models
 */
export interface InterleaveTest {
  (
    name: string,
    program: Effect.Effect<unknown, unknown, Scope.Scope>,
    options?: InterleaveTestOptions,
    timeout?: number
  ): void
}

/**
 * The type of `it.interleave`: a test, and its variants.
 *
 * @since 0.1.0
 * @category models
 */
export interface InterleaveTester extends InterleaveTest {
  /** Does not run it. */
  readonly skip: InterleaveTest
  /** Does not run it if the condition holds. */
  readonly skipIf: (condition: unknown) => InterleaveTest
  /** Runs it only if the condition holds. */
  readonly runIf: (condition: unknown) => InterleaveTest
  /** Runs none of the file's other tests. */
  readonly only: InterleaveTest
  /**
   * Passes only if there is a schedule in which the program fails, deadlocks or does not end: for a known race. Invalid options, a time
   * limit, and a nondeterministic program still fail the test.
   */
  readonly fails: InterleaveTest
  /** Makes a test for each of the strategies, with the strategy in its name. */
  readonly each: (
    strategies: ReadonlyArray<Strategy>
  ) => (
    name: string,
    program: Effect.Effect<unknown, unknown, Scope.Scope>,
    options?: Omit<InterleaveTestOptions, "strategy">,
    timeout?: number
  ) => void
}

interface WithInterleave {
  readonly interleave: InterleaveTester
}

type Methods = EffectVitest.Vitest.Methods

// Tuples are compared, because TypeScript gives up on a condition if one side is a type that it could not find.
type IsMissing = [0] extends [1 & Methods] ? true : false

/**
 * The `it` of `@effect/vitest`, and `it.interleave`.
 *
 * Without `@effect/vitest`, its type has only the latter.
 *
 * @since 0.1.0
 * @category models
 */
export type It = IsMissing extends true ? WithInterleave : Methods & WithInterleave

const interleave = makeInterleaveTester()

// An arrow function can be called, and has no property that a proxy would have to report.
const target = (() => {}) as unknown as It & object

/**
 * The `it` of `@effect/vitest`, with the addition `it.interleave(name, program, options?, timeout?)`: a test that passes if
 * `Interleave.check` finds nothing wrong with the program.
 *
 * **When to use**
 *
 * Use it for programs of several fibers, in files that vitest runs. It needs `@effect/vitest` and `vitest`, which load when `it` is
 * first used. Importing `effect-futures/testing` loads neither.
 *
 * **Details**
 *
 * `strategy` defaults to `"auto"`, and the other options are those of `Interleave.check`. If the program needs a scope, it gets a new
 * one for each schedule. Make all other state inside the program too. Time is virtual, and the clock advances by itself when every
 * fiber waits; `TestClock.adjust` works, but is not needed.
 *
 * The test fails with the message of the `InterleaveFailure`, whose last line replays the schedule (of `Effect.scoped(program)`, if the
 * program needs a scope). It also fails if a proving strategy reaches `maxSchedules` first, since the remaining schedules are not
 * proved. Raise `maxSchedules`, lower `maxPreemptions`, use `"pct"`, or set `requireProof` to `false`.
 *
 * The time limit is the fourth argument, the option `timeout`, or else vitest's own `testTimeout`. Then the search stops, and the test
 * fails with the number of schedules so far.
 *
 * In the tests of an `it.layer`, use this `it` and not the `it` that they receive. The layer is not provided to the program. In vitest's
 * pools `"vmThreads"` and `"vmForks"`, and in its browser mode, `it` throws an error.
 *
 * **Example** (A proof, and a random search)
 *
 * ```ts no-run is a file for vitest
 * import { Effect, Ref } from "effect"
 * import { it } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = Ref.update(count, (n) => n + 1)
 *   yield* Effect.all([increment, increment], { concurrency: "unbounded" })
 *   if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost")
 * })
 *
 * it.interleave("counts every increment", program)
 * it.interleave("counts every increment, by chance", program, { strategy: "pct", maxSchedules: 200 })
 * it.interleave.each(["exhaustive", "pct"])("counts in both ways", program, { maxPreemptions: 3 }, 10_000)
 * it.effect("works like the it of @effect/vitest", () => program)
 * ```
 *
 * @since 0.1.0
 * @category testing
 */
export const it: It = new Proxy(target, {
  apply: (_, self, args) => Reflect.apply(loadIt(), self, args),
  get(_, property) {
    if (property === "interleave") return interleave
    // Code that only inspects this value, such as a printer, should not get an error about a missing package.
    if (typeof property === "symbol" && !isInVitest()) return undefined
    return Reflect.get(loadIt(), property)
  },
  has: (_, property) => property === "interleave" || (isInVitest() && Reflect.has(loadIt(), property))
})
