/**
 * Finds races, replays them, and proves that there are none.
 *
 * The fibers of a program may run in many orders, and usually they run in the same
 * few. `Interleave` runs the program again and again, and decides at every step which
 * fiber goes on, until it has tried every order (within a bound), or as many as you
 * want. Time is virtual. A failure comes with the order that led to it, as a trace
 * and as a short string that replays it.
 *
 * The program is any `Effect` that makes its own state: a `Ref` made inside of it is
 * new for each schedule, one made outside is not.
 *
 * **Example** (A lost update)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1))
 *   yield* Effect.all([increment, increment], { concurrency: "unbounded" })
 *   if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost")
 * })
 *
 * const failure = await Effect.runPromise(Effect.flip(Interleave.check(program)))
 * console.log(failure.message)
 * ```
 *
 * @since 0.1.0
 */
import type * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { dual } from "effect/Function"
import type * as Scope from "effect/Scope"
import { InvalidOptionsError } from "../Errors.ts"
import { namer } from "../internal/testing/describe.ts"
import {
  type Exploration,
  explore as exploreWith,
  divergedFrom,
  isOther,
  runReplay
} from "../internal/testing/explore.ts"
import { causeOf, failureOf } from "../internal/testing/failureOf.ts"
import { checkScenarios } from "../internal/testing/linearizable/checkScenarios.ts"
import { checkSubject } from "../internal/testing/linearizable/checkSubject.ts"
import { blocked as blockedCall, ModelFailure } from "../internal/testing/linearizable/Model.ts"
import { parseSchedule } from "../internal/testing/Schedule.ts"
import { Auto } from "../internal/testing/strategies/auto.ts"
import { Exhaustive } from "../internal/testing/strategies/exhaustive.ts"
import { Delay } from "../internal/testing/strategies/delay.ts"
import { Reads } from "../internal/testing/strategies/reads.ts"
import { Replay } from "../internal/testing/strategies/replay.ts"
import { Pct } from "../internal/testing/strategies/pct.ts"
import { Unbounded } from "../internal/testing/strategies/unbounded.ts"
import { UniformWalk } from "../internal/testing/strategies/walk.ts"
import { RandomWalk } from "../internal/testing/strategies/random.ts"
import type { Strategy as Chooser } from "../internal/testing/strategies/Strategy.ts"
import { CurrentMarks, Marks } from "../internal/testing/Marks.ts"
import { nameFiber, TraceRecorder } from "../internal/testing/TraceRecorder.ts"
import { World } from "../internal/testing/World.ts"
import { isExecuted } from "../internal/testing/surroundings.ts"
import { markExported, placeOf } from "../internal/testing/workers/exported.ts"
import { CurrentTurns, Turns } from "../internal/testing/Turns.ts"
import {
  boolean,
  integer,
  nonEmptyString,
  oneOf,
  optionsOrNone,
  positiveInteger,
  wholeNumberOrInfinity
} from "../internal/options.ts"
import { InterleaveFailure, OrderError, UnreachedError } from "./Errors.ts"

/**
 * Which schedules are tried, and in which order.
 *
 * **Details**
 *
 * - `"auto"`: a hundred schedules of the proof, which is `"exhaustive"`; then 300 samples of `"reads"`, `"pct"` and
 *   `"random"`; then the rest of the proof, mixed with a tenth of samples. The default of `check` and `it.interleave`.
 * - `"exhaustive"`: all schedules with at most `maxPreemptions`, starting with the fewest. The default of `explore`.
 * - `"unbounded"`: all schedules, without a bound, but only one of those with the same outcome. For programs whose fibers share
 *   only what is in `Ref`, `Deferred`, `Semaphore` and `Queue`.
 * - `"delay"`: all schedules with at most `maxDelays`, for any number of fibers.
 * - `"reads"`: random, guided by which read saw which write of Effect's shared objects.
 * - `"pct"`: random, with a known probability of finding a bug that depends on the order of `depth` steps. For programs with
 *   too many schedules.
 * - `"walk"`: random, every order of all steps about equally likely. For programs whose fibers share state that is not Effect's.
 * - `"random"`: any fiber that can go on, all equally likely.
 * - `"fifo"`: one schedule, the one that Effect itself would use.
 *
 * @since 0.1.0
 * @category models
 */
export type Strategy = "auto" | "exhaustive" | "unbounded" | "delay" | "reads" | "pct" | "walk" | "random" | "fifo"

/**
 * Options for the search.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Defaults to `"auto"` for `check` and `it.interleave`, and to `"exhaustive"` for `explore`. */
  readonly strategy?: Strategy | undefined
  /**
   * For `"exhaustive"` and `"auto"`: how often a schedule may switch to another fiber although the current one could go on. Defaults to
   * 2. `Infinity` means no bound, which is only feasible for the smallest programs.
   */
  readonly maxPreemptions?: number | undefined
  /** For `"delay"`: how many fibers that could go on a schedule may skip. Defaults to 3. */
  readonly maxDelays?: number | undefined
  /** Stops after this many schedules. Defaults to 1,000 for random strategies, and to 100,000 for the others. */
  readonly maxSchedules?: number | undefined
  /** For random strategies: their seed. The same seed tries the same schedules. Defaults to 0. */
  readonly seed?: number | undefined
  /** For `"pct"` and `"auto"`: how many steps must come in a certain order for the bug to show. Defaults to 3. */
  readonly depth?: number | undefined
  /** A schedule with more steps than this is a livelock. Defaults to 100,000. */
  readonly maxSteps?: number | undefined
  /**
   * Whether to leave out choices that make no difference. Defaults to `true`. With `false` the same failures are found, in more
   * schedules.
   */
  readonly reduction?: boolean | undefined
  /**
   * Names of marks that at least one schedule must reach. If no schedule fails but one of these marks was not reached, the search fails
   * with the kind `"unreached"`. Defaults to none.
   */
  readonly requireReached?: ReadonlyArray<string> | undefined
  /**
   * How many threads run the schedules of a proof: the caller's own, and worker threads, which are started only if there are many
   * schedules. For `"exhaustive"`, which is the default then, and `"delay"`. The result is the same as with one. The program must be
   * passed through `Interleave.exported`. Needs Node.js. Defaults to 1.
   *
   * @since 0.2.0
   */
  readonly workers?: number | undefined
}

/**
 * The result of a search: what was tried, and what was found.
 *
 * @since 0.1.0
 * @category models
 */
export interface Report {
  readonly strategy: Strategy
  /** How many schedules were tried. A proof tries each once; random strategies may repeat one. */
  readonly schedules: number
  /** Whether these were all schedules within the bound. Without failures, that is a proof. */
  readonly complete: boolean
  /** The bound on preemptions, or `Infinity` if the strategy has none. */
  readonly maxPreemptions: number
  /** The bound on delays, or `Infinity` if the strategy has none. */
  readonly maxDelays: number
  /** The seed of random strategies. */
  readonly seed: number | undefined
  /** Every distinct failure, with the shortest schedule that was found for it. */
  readonly failures: ReadonlyArray<InterleaveFailure>
  /** In how many schedules each mark was reached, by its name: see `Interleave.reached`. */
  readonly reached: Readonly<Record<string, number>>
  /** The marks of `requireReached` that no schedule reached. */
  readonly unreached: ReadonlyArray<string>
  /** The failures as plain data, for tools. */
  readonly toJSON: () => unknown
  /** The number of steps of the longest schedule. */
  readonly steps: number
  /** The largest number of choices in a schedule. */
  readonly choices: number
}

interface Checked {
  readonly strategy: Strategy
  readonly maxPreemptions: number
  readonly maxDelays: number
  readonly maxSchedules: number
  readonly seed: number | undefined
  readonly maxSteps: number
  readonly isReduced: boolean
  readonly requireReached: ReadonlyArray<string>
  readonly workers: number
  readonly chooser: () => Chooser
}

const proving: ReadonlySet<Strategy> = new Set(["auto", "exhaustive", "unbounded", "delay"])

const checkOptions = (options: Options | undefined, usual: Strategy): Checked => {
  const {
    workers = 1,
    strategy = workers === 1 ? usual : "exhaustive",
    maxPreemptions = 2,
    maxDelays = 3,
    maxSchedules = proving.has(strategy) ? 100_000 : 1000,
    seed = 0,
    depth = 3,
    maxSteps = 100_000,
    reduction = true,
    requireReached = []
  }: Options = optionsOrNone(options)
  oneOf("strategy", strategy, ["auto", "exhaustive", "unbounded", "delay", "reads", "pct", "walk", "random", "fifo"])
  wholeNumberOrInfinity("maxDelays", maxDelays)
  wholeNumberOrInfinity("maxPreemptions", maxPreemptions)
  if (maxSchedules !== Infinity) positiveInteger("maxSchedules", maxSchedules)
  integer("seed", seed)
  positiveInteger("depth", depth)
  positiveInteger("maxSteps", maxSteps)
  positiveInteger("workers", workers)
  if (workers > 1) oneOf("strategy (with workers)", strategy, ["exhaustive", "delay"])
  boolean("reduction", reduction)
  if (!Array.isArray(requireReached)) {
    throw new InvalidOptionsError({ option: "requireReached", value: requireReached, expected: "an array of names" })
  }
  for (const name of requireReached) nonEmptyString("requireReached", name)
  const choosers: Readonly<Record<Strategy, () => Chooser>> = {
    auto: () => new Auto(maxPreemptions, seed, depth),
    exhaustive: () => new Exhaustive(maxPreemptions),
    unbounded: () => new Unbounded(),
    delay: () => new Delay(maxDelays),
    pct: () => new Pct(seed, depth),
    reads: () => new Reads(seed),
    walk: () => new UniformWalk(seed),
    random: () => new RandomWalk(seed),
    fifo: () => new Replay()
  }
  const draws = !["exhaustive", "unbounded", "delay", "fifo"].includes(strategy)
  const isBounded = strategy === "exhaustive" || strategy === "auto"
  return {
    strategy,
    maxPreemptions: isBounded ? maxPreemptions : Infinity,
    maxDelays: strategy === "delay" ? maxDelays : Infinity,
    maxSchedules,
    seed: draws ? seed : undefined,
    maxSteps,
    isReduced: reduction,
    requireReached,
    workers,
    chooser: choosers[strategy]
  }
}

// The world brings what the program takes from its surroundings, so its type can say that it needs nothing more.
const closed = <A, E, R>(program: Effect.Effect<A, E, R>) => program as Effect.Effect<A, E>

const surroundings = <R>() => Effect.context<R>() as Effect.Effect<Context.Context<never>, never, R>

const run = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  options: Options | undefined,
  usual: Strategy,
  stopAtFirst: boolean
): Effect.Effect<Report, never, R> =>
  Effect.gen(function* () {
    const checked = checkOptions(options, usual)
    const marks = new Marks()
    const context = Context.add(yield* surroundings<R>(), CurrentMarks, marks)
    const exploration =
      checked.workers > 1
        ? yield* exploreOnThreads(program, context, checked, stopAtFirst)
        : yield* Effect.promise((signal) =>
            exploreWith(closed(program), context, checked.chooser(), { ...checked, stopAtFirst }, signal)
          )
    return reportOf(checked, exploration, marks)
  })

/**
 * Threads are loaded only here: all else of this module runs anywhere. Bundlers for browsers leave the module of threads empty, as
 * `browser` in package.json asks them to.
 */
const exploreOnThreads = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  context: Context.Context<never>,
  checked: Checked,
  stopAtFirst: boolean
): Effect.Effect<Exploration> => {
  const place = placeOf(program)
  if (place === undefined) {
    const expected = "1, or a program that was passed through Interleave.exported and not changed afterwards"
    throw new InvalidOptionsError({ option: "workers", value: checked.workers, expected })
  }
  const proof =
    checked.strategy === "delay"
      ? ({ strategy: "delay", bound: checked.maxDelays } as const)
      : ({ strategy: "exhaustive", bound: checked.maxPreemptions } as const)
  return Effect.flatMap(
    Effect.promise(() => import("../internal/testing/workers/exploreOnWorkers.ts")),
    (threads) => {
      if (!("exploreOnWorkers" in threads)) throw noThreads(checked.workers)
      const { exploreOnWorkers } = threads
      return exploreOnWorkers(closed(program), place, proof, checked.workers, context, { ...checked, stopAtFirst })
    }
  )
}

const noThreads = (value: number) =>
  new InvalidOptionsError({ option: "workers", value, expected: "1, because this runtime has no threads" })

const reportOf = (
  checked: Checked,
  { choices, found, isComplete, schedules, steps }: Exploration,
  { reached }: Marks
): Report => {
  const { maxDelays, maxPreemptions, seed, strategy } = checked
  const failures = found.map(({ at, part, recorder, run }) => {
    const by = part === undefined ? "" : `, by "${part}"`
    return failureOf(run, recorder, { how: `schedule ${at} of strategy "${strategy}"${by}`, seed })
  })
  const unreached = checked.requireReached.filter((name) => !(name in reached))
  if (unreached.length > 0 && failures.length === 0) failures.push(unreachedFailure(unreached, schedules))
  const report = {
    strategy,
    schedules,
    complete: isComplete,
    maxPreemptions,
    maxDelays,
    seed,
    failures,
    steps,
    choices,
    reached,
    unreached
  }
  // Not among the fields, so that a report is compared by what it says.
  const toJSON = () => ({ ...report, failures: failures.map(failureToJson) })
  return Object.defineProperty({ ...report, toJSON }, "toJSON", { enumerable: false })
}

/** A failure as plain data, for tools. */
const failureToJson = ({ byItself, how, kind, message, preemptions, schedule, trace }: InterleaveFailure) => ({
  kind,
  message,
  schedule,
  preemptions,
  how,
  byItself,
  trace
})

const unreachedFailure = (names: ReadonlyArray<string>, schedules: number): InterleaveFailure =>
  new InterleaveFailure({
    kind: "unreached",
    cause: Cause.die(new UnreachedError({ names, schedules })),
    trace: [],
    schedule: "-",
    preemptions: 0,
    seed: undefined,
    how: `${schedules} schedules`,
    table: "",
    byItself: ""
  })

/**
 * Searches for a schedule in which the program fails, deadlocks or does not end, and fails with an
 * `InterleaveFailure` for the first one. Otherwise it returns the report, which says whether that is a proof.
 *
 * **When to use**
 *
 * Use it in tests. `complete` in the report is `true` if every schedule within the bound was tried.
 *
 * **Example** (Proving that nothing is lost)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = Ref.update(count, (n) => n + 1)
 *   yield* Effect.all([increment, increment], { concurrency: "unbounded" })
 *   if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost")
 * })
 *
 * const report = await Effect.runPromise(Interleave.check(program))
 * console.log(report.complete, report.failures.length) // true 0
 * ```
 *
 * @since 0.1.0
 * @category exploring
 */
export const check: {
  /** Checks the program that comes from a pipe in many schedules. */
  (options?: Options): <A, E, R>(program: Effect.Effect<A, E, R>) => Effect.Effect<Report, InterleaveFailure, R>
  /** Checks the program in many schedules, and fails with the first failure. */
  <A, E, R>(program: Effect.Effect<A, E, R>, options?: Options): Effect.Effect<Report, InterleaveFailure, R>
} = dual(
  (args) => Effect.isEffect(args[0]),
  <A, E, R>(program: Effect.Effect<A, E, R>, options?: Options): Effect.Effect<Report, InterleaveFailure, R> =>
    Effect.flatMap(run(program, options, "auto", true), (report): Effect.Effect<Report, InterleaveFailure> =>
      report.failures[0] === undefined ? Effect.succeed(report) : Effect.fail(report.failures[0])
    )
)

/**
 * Tries all schedules of the strategy and returns the report: how many there were, whether these
 * were all, and every distinct failure with the shortest schedule that shows it.
 *
 * **When to use**
 *
 * Use it to see everything that can go wrong. `check` ends at the first failure.
 *
 * **Example** (Every way to go wrong)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1))
 *   yield* Effect.all([increment, increment, increment], { concurrency: "unbounded" })
 *   const counted = yield* Ref.get(count)
 *   if (counted !== 3) yield* Effect.die(`counted ${counted}`)
 * })
 *
 * const report = await Effect.runPromise(Interleave.explore(program))
 * for (const failure of report.failures) console.log(failure.schedule, failure.cause.reasons)
 * ```
 *
 * @since 0.1.0
 * @category exploring
 */
export const explore: {
  /** Runs the program that comes from a pipe in many schedules. */
  (options?: Options): <A, E, R>(program: Effect.Effect<A, E, R>) => Effect.Effect<Report, never, R>
  /** Runs the program in many schedules, and reports all its failures. */
  <A, E, R>(program: Effect.Effect<A, E, R>, options?: Options): Effect.Effect<Report, never, R>
} = dual(
  (args) => Effect.isEffect(args[0]),
  <A, E, R>(program: Effect.Effect<A, E, R>, options?: Options): Effect.Effect<Report, never, R> =>
    run(program, options, "exhaustive", false)
)

/**
 * Runs the program in exactly the schedule of a failure. Returns the program's result, or fails with the failure and its
 * trace.
 *
 * **When to use**
 *
 * Use it to see a race again: with a debugger, with more logs, after a change. If the program has changed, the schedule is
 * followed as far as possible.
 *
 * **Example** (The same failure again)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1))
 *   yield* Effect.all([increment, increment], { concurrency: "unbounded" })
 *   if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost")
 * })
 *
 * const found = await Effect.runPromise(Effect.flip(Interleave.check(program)))
 * if (found._tag === "InterleaveFailure") {
 *   const again = await Effect.runPromise(Effect.flip(Interleave.replay(program, found.schedule)))
 *   console.log(again.message)
 * }
 * ```
 *
 * @since 0.1.0
 * @category exploring
 */
export const replay: {
  /** Runs the program that comes from a pipe in one schedule again. */
  (schedule: string): <A, E, R>(program: Effect.Effect<A, E, R>) => Effect.Effect<A, InterleaveFailure, R>
  /** Runs the program in one schedule again. */
  <A, E, R>(program: Effect.Effect<A, E, R>, schedule: string): Effect.Effect<A, InterleaveFailure, R>
} = dual(2, <A, E, R>(program: Effect.Effect<A, E, R>, schedule: string): Effect.Effect<A, InterleaveFailure, R> =>
  Effect.gen(function* () {
    const { divergences, fingerprint, isPlain } = checkSchedule(schedule)
    const context = yield* surroundings<R>()
    const { maxSteps } = checkOptions(undefined, "fifo")
    const recorder = new TraceRecorder()
    const once = (recorder?: TraceRecorder) =>
      Effect.promise((signal) => {
        const world = new World(context, { maxSteps, isReduced: true, signal })
        return runReplay(world, closed(program), divergences, recorder, isPlain)
      })
    const first = yield* once(recorder)
    const how = `replayed "${schedule}"`
    // A schedule of what the program was before a change may lead elsewhere, but it does so each time.
    if (fingerprint !== first.fingerprint && isOther(first, yield* once())) {
      return yield* failureOf(divergedFrom(first), recorder, { how, seed: undefined })
    }
    const { ending } = first
    // The types do not know that the main fiber of the program ends with the result of the program.
    if (ending._tag === "Ended" && Exit.isSuccess(ending.exit)) return ending.exit.value as A
    return yield* failureOf(first, recorder, { how, seed: undefined })
  })
)

const checkSchedule = (schedule: string) => {
  const parsed = typeof schedule === "string" ? parseSchedule(schedule) : undefined
  if (parsed !== undefined) return parsed
  const expected = `a schedule as an InterleaveFailure has it, such as "12.3:2~1x9kz", or "-" for the usual one`
  throw new InvalidOptionsError({ option: "schedule", value: schedule, expected })
}

/**
 * Says from where a program can be imported, so that threads can run it too: see the option `workers`.
 *
 * **When to use**
 *
 * Use it for a proof that takes a long time, in a file that does nothing else when it is imported.
 *
 * **Gotchas**
 *
 * It returns the same program, and remembers where that is. An effect that you make from it, such as `Effect.scoped(program)`, is another
 * program, whose place is not known.
 *
 * **Example** (A program that threads can import)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * export const counts = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = Ref.update(count, (n) => n + 1)
 *   yield* Effect.all([increment, increment], { concurrency: "unbounded" })
 *   if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost")
 * }).pipe(Interleave.exported(import.meta.url, "counts"))
 *
 * // In a test: Interleave.check(counts, { workers: 4 })
 * ```
 *
 * @since 0.2.0
 * @category exploring
 */
export const exported: {
  /** Names the program that comes from a pipe. */
  (url: string, name: string): <A, E>(program: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Names the program. */
  <A, E>(program: Effect.Effect<A, E>, url: string, name: string): Effect.Effect<A, E>
} = dual(3, <A, E>(program: Effect.Effect<A, E>, url: string, name: string): Effect.Effect<A, E> => {
  markExported(program, { url: nonEmptyString("url", url), name: nonEmptyString("name", name) })
  return program
})

/**
 * Names the fiber that runs the effect, for traces.
 *
 * **Details**
 *
 * Without a name, a fiber is called by its span, or by a number and the place where it was forked.
 *
 * **Example** (Who did what)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.all(
 *   [Interleave.named(Effect.yieldNow, "reader"), Interleave.named(Effect.yieldNow, "writer")],
 *   { concurrency: "unbounded" }
 * )
 * console.log((await Effect.runPromise(Interleave.check(program))).complete) // true
 * ```
 *
 * @since 0.1.0
 * @category naming
 */
export const named: {
  /** Names the fiber of the effect that comes from a pipe. */
  (name: string): <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Names the fiber that runs the effect, for traces. */
  <A, E, R>(effect: Effect.Effect<A, E, R>, name: string): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(effect: Effect.Effect<A, E, R>, name: string): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    nameFiber(fiber, nonEmptyString("name", name))
    return effect
  })
)

/**
 * A named point in a program. Inside `Interleave.order`, a fiber waits there for the point's turn.
 * Elsewhere it does nothing.
 *
 * **When to use**
 *
 * Use it in tests, and also in production code, where it costs one step.
 *
 * **Example** (Bob passes first)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const log: Array<string> = []
 * const arrive = (name: string) =>
 *   Effect.andThen(Interleave.checkpoint(`${name} arrives`), Effect.sync(() => log.push(name)))
 * const program = Effect.all([arrive("Ann"), arrive("Bob")], { concurrency: "unbounded" })
 *
 * await Effect.runPromise(Interleave.order(program, ["Bob arrives", "Ann arrives"]))
 * log // => ["Bob", "Ann"]
 * ```
 *
 * @since 0.1.0
 * @category ordering
 */
export const checkpoint = (name: string): Effect.Effect<void> =>
  Effect.withFiber((fiber) => fiber.getRef(CurrentTurns)?.reach(name, fiber) ?? Effect.void)

/**
 * Marks a place in a program that a test must reach. The report counts in how many schedules it was reached. Elsewhere it does
 * nothing.
 *
 * **When to use**
 *
 * Use it in a test that proves something about a window between two steps. Without a mark there, the proof would still pass after a
 * change that closes the window, or if the test no longer gets there. It is fine in production code, where it costs one step.
 *
 * **Example** (A proof that says which window it has seen)
 *
 * ```ts
 * import { Deferred, Effect } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const done = yield* Deferred.make<void>()
 *   const late = Effect.gen(function* () {
 *     if (yield* Deferred.isDone(done)) yield* Interleave.reached("came late")
 *   })
 *   yield* Effect.all([Deferred.succeed(done, undefined), late], { concurrency: "unbounded" })
 * })
 *
 * const report = await Effect.runPromise(Interleave.check(program, { requireReached: ["came late"] }))
 * console.log(report.unreached) // []
 * ```
 *
 * @since 0.2.0
 * @category marks
 */
export const reached = (name: string): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    fiber.getRef(CurrentMarks)?.reach(name)
    return Effect.void
  })

/**
 * Forces one order by hand. Fibers pass the checkpoints in the given order, and each keeps its turn until it reaches its next
 * checkpoint, waits for something, or ends.
 *
 * **When to use**
 *
 * Use it for a known race: the test spells out the bad order.
 *
 * **Details**
 *
 * Time is virtual, as in `check`. A name may appear more than once, for as many passages. A checkpoint that is not in the list is
 * passed at once. If the order is not possible, or the program ends before all checkpoints were reached, it fails with an `OrderError`
 * that names the step. Inside `check`, `explore` and `replay`, the program runs in all the ways that keep the order.
 *
 * **Example** (The order in which an update is lost)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const program = Effect.gen(function* () {
 *   const count = yield* Ref.make(0)
 *   const increment = (who: string) =>
 *     Effect.gen(function* () {
 *       yield* Interleave.checkpoint(`${who} reads`)
 *       const n = yield* Ref.get(count)
 *       yield* Interleave.checkpoint(`${who} writes`)
 *       yield* Ref.set(count, n + 1)
 *     })
 *   yield* Effect.all([increment("a"), increment("b")], { concurrency: "unbounded" })
 *   return yield* Ref.get(count)
 * })
 *
 * const inTurn = Interleave.order(program, ["a reads", "a writes", "b reads", "b writes"])
 * const mixed = Interleave.order(program, ["a reads", "b reads", "a writes", "b writes"])
 * console.log(await Effect.runPromise(inTurn), await Effect.runPromise(mixed)) // 2 1
 * ```
 *
 * @since 0.1.0
 * @category ordering
 */
export const order: {
  /** Runs the program that comes from a pipe so that it passes its turns in this order. */
  (names: ReadonlyArray<string>): <A, E, R>(program: Effect.Effect<A, E, R>) => Effect.Effect<A, E | OrderError, R>
  /** Runs the program so that it passes its turns in this order. */
  <A, E, R>(program: Effect.Effect<A, E, R>, names: ReadonlyArray<string>): Effect.Effect<A, E | OrderError, R>
} = dual(
  2,
  <A, E, R>(program: Effect.Effect<A, E, R>, names: ReadonlyArray<string>): Effect.Effect<A, E | OrderError, R> =>
    Effect.gen(function* () {
      const turns = new Turns(checkNames(names))
      const unreached = () => new OrderError({ names: turns.names, step: turns.step, waiting: turns.waitingNames })
      const ordered = Effect.flatMap(Effect.provideService(program, CurrentTurns, turns), (value) =>
        turns.isOver ? Effect.succeed(value) : Effect.fail(unreached())
      )
      const isExplored = yield* Effect.withFiber((fiber) => Effect.succeed(isExecuted(fiber)))
      if (isExplored) return yield* ordered
      const context = yield* surroundings<R>()
      const { isReduced, maxSteps } = checkOptions(undefined, "fifo")
      // Interrupted afterwards, nobody waits any more.
      let stuck: OrderError | undefined
      const onDeadlock = () => {
        if (!turns.isOver) stuck = unreached()
      }
      const { ending } = yield* Effect.promise((signal) =>
        runReplay(new World(context, { maxSteps, isReduced, signal, onDeadlock }), closed(ordered), [])
      )
      // The types do not know that the program ends as its own type says.
      if (ending._tag === "Ended") return yield* ending.exit as Exit.Exit<A, E | OrderError>
      if (stuck !== undefined) return yield* stuck
      const [, cause] = causeOf(ending, namer())
      return yield* Effect.die(Cause.squash(cause))
    })
)

// The types cannot know that `R`, a parameter, has no `Scope` left after one is provided.
const scopedFor =
  <R>() =>
  (program: Effect.Effect<void, unknown, R | Scope.Scope>) =>
    Effect.scoped(program) as Effect.Effect<void, unknown, R>

const checkNames = (names: unknown): ReadonlyArray<string> => {
  if (Array.isArray(names) && names.length > 0) return names.map((name) => nonEmptyString("names", name))
  throw new InvalidOptionsError({ option: "names", value: names, expected: "the names of checkpoints, at least one" })
}

/**
 * An operation of the object under test: how to run it, and with which arguments.
 *
 * @since 0.2.0
 * @category linearizability
 */
export interface Operation<in O, Args extends ReadonlyArray<unknown>, out R = never> {
  readonly run: (object: O, ...args: Args) => Effect.Effect<unknown, unknown, R>
  /** The generators of the arguments, each an `Arbitrary` of Effect. Defaults to none. */
  readonly args?: { readonly [I in keyof Args]: Arbitrary.Arbitrary<Args[I]> } | undefined
  /**
   * Whether to interrupt some of its calls, and what such a call may leave: nothing, or either nothing or its full effect. By default no
   * call is interrupted.
   */
  readonly interruption?: "nothing" | "either" | undefined
}

/**
 * Options for `linearizable`.
 *
 * @since 0.2.0
 * @category linearizability
 */
export interface LinearizableOptions<O, S, Args extends Record<string, ReadonlyArray<unknown>>, R> extends Options {
  /** Makes a new object for each schedule. Its scope ends with the schedule. */
  readonly make: Effect.Effect<O, unknown, R | Scope.Scope>
  readonly operations: { readonly [K in keyof Args]: Operation<O, Args[K], R | Scope.Scope> }
  /**
   * The effect of each operation when nothing else runs. It changes the state and returns the result. Where the real operation would wait,
   * it returns `Interleave.blocked` and changes nothing; where that would fail, it returns `Interleave.failing(error)`.
   */
  readonly model: {
    readonly make: () => S
    readonly operations: { readonly [K in keyof Args]: (state: S, ...args: Args[K]) => unknown }
  }
  /** How many fibers call operations. Defaults to 2. */
  readonly fibers?: number | undefined
  /** How many calls each fiber makes. Defaults to 3. */
  readonly length?: number | undefined
  /** How many scenarios are generated, with `seed`. Defaults to 20. */
  readonly scenarios?: number | undefined
  /** Stops a scenario after this many schedules. Defaults to 1,000. */
  readonly maxSchedules?: number | undefined
}

/**
 * The result of `linearizable`.
 *
 * @since 0.2.0
 * @category linearizability
 */
export interface LinearizableReport {
  readonly scenarios: number
  /** The schedules of all scenarios together. */
  readonly schedules: number
  /** Whether all schedules within the bound were tried for each scenario, which proves it. */
  readonly complete: boolean
}

/**
 * The value that an operation of a model returns where the real one would wait.
 *
 * **Example** (A permit that is taken)
 *
 * ```ts
 * import { Effect, Semaphore } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const report = await Effect.runPromise(
 *   Interleave.linearizable({
 *     make: Semaphore.make(1),
 *     operations: { take: { run: (semaphore) => semaphore.take(1), interruption: "either" } },
 *     model: {
 *       make: () => ({ isFree: true }),
 *       operations: {
 *         take: (state) => {
 *           if (!state.isFree) return Interleave.blocked
 *           state.isFree = false
 *           return undefined
 *         }
 *       }
 *     },
 *     scenarios: 2,
 *     maxSchedules: 50
 *   })
 * )
 * report.scenarios // => 2
 * ```
 *
 * @since 0.2.0
 * @category linearizability
 */
export const blocked: typeof blockedCall = blockedCall

/**
 * Makes the value that an operation of a model returns where the real one fails with this error.
 *
 * **Example** (An account that cannot be overdrawn)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const withdraw = Effect.fnUntraced(function*(account: Ref.Ref<number>) {
 *   const isDone = yield* Ref.modify(account, (n) => n > 0 ? [true, n - 1] : [false, n])
 *   if (!isDone) yield* Effect.fail("empty")
 * })
 *
 * const report = await Effect.runPromise(
 *   Interleave.linearizable({
 *     make: Ref.make(1),
 *     operations: { withdraw: { run: withdraw } },
 *     model: {
 *       make: () => ({ amount: 1 }),
 *       operations: { withdraw: (state) => state.amount-- > 0 ? undefined : Interleave.failing("empty") }
 *     },
 *     scenarios: 2,
 *     maxSchedules: 50
 *   })
 * )
 * report.scenarios // => 2
 * ```
 *
 * @since 0.2.0
 * @category linearizability
 */
export const failing = (error: unknown): unknown => new ModelFailure(error)

/**
 * Checks that an object is linearizable: concurrent calls of its operations have the same results as some order of the calls, one after
 * the other.
 *
 * **When to use**
 *
 * Use it for anything that several fibers share: a queue, a cache, a lock. You say what each operation does when nothing else runs.
 * The check generates what fibers do with the object, and explores the orders.
 *
 * **Details**
 *
 * It generates scenarios: which fiber calls what, with which arguments, and which calls are interrupted. Each scenario runs in many
 * schedules, as with `check` and the same options. The results in a schedule are compared with the model: there must be an order of the
 * calls that gives the same results, and in which a call that ended before another began comes first. If a call still waits when
 * no fiber can go on, the model must say that it is blocked. If a scenario fails, it is made as small as possible, and the message shows
 * its calls with their results.
 *
 * Results are compared with `Equal.equals`, so plain data and Effect's data types are compared by their contents. Where the model
 * returns `undefined`, any result is accepted.
 *
 * The search is by Wing and Gong (*Testing and Verifying Concurrent Objects*, JPDC 1993) with Lowe's additions (*Testing for
 * Linearizability*, 2017). The interface follows [Lincheck](https://github.com/JetBrains/lincheck) (CAV 2023).
 *
 * **Gotchas**
 *
 * A model's operation changes its state in place. If it returns `blocked`, it must not have changed the state.
 *
 * **Example** (A counter in two steps)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 *
 * const counter = Interleave.linearizable({
 *   make: Ref.make(0),
 *   operations: {
 *     increment: { run: (ref) => Effect.flatMap(Ref.get(ref), (n) => Ref.set(ref, n + 1)) },
 *     get: { run: (ref) => Ref.get(ref) }
 *   },
 *   model: {
 *     make: () => ({ count: 0 }),
 *     operations: {
 *       increment: (state) => void state.count++,
 *       get: (state) => state.count
 *     }
 *   }
 * })
 *
 * const failure = await Effect.runPromise(Effect.flip(counter))
 * console.log(failure.message) // ... a: get() = 1 ...
 * ```
 *
 * @since 0.2.0
 * @category linearizability
 */
export const linearizable = <O, S, Args extends Record<string, ReadonlyArray<unknown>>, R>(
  options: LinearizableOptions<O, S, Args, R>
): Effect.Effect<LinearizableReport, InterleaveFailure, R> =>
  Effect.gen(function* () {
    const { fibers = 2, length = 3, maxSchedules = 1000, scenarios = 20, seed = 0 } = options
    const size = {
      fibers: positiveInteger("fibers", fibers),
      length: positiveInteger("length", length),
      scenarios: positiveInteger("scenarios", scenarios),
      seed: integer("seed", seed)
    }
    const subject = checkSubject(options)
    const reports = yield* checkScenarios(
      subject,
      size,
      (program) => check(scopedFor<R>()(program), { ...options, maxSchedules }),
      (error) => error._tag === "InterleaveFailure"
    )
    return {
      scenarios: reports.length,
      schedules: reports.reduce((sum, report) => sum + report.schedules, 0),
      complete: reports.every((report) => report.complete)
    }
  })
