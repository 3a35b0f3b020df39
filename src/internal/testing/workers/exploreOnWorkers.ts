import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import {
  addFailure,
  differs,
  divergedFrom,
  explainAll,
  type Exploration,
  type ExploreOptions,
  type Length,
  newSearch,
  runReplay,
  type Search,
  searchOne
} from "../explore.ts"
import { CurrentMarks } from "../Marks.ts"
import { CurrentProgress, newProgress } from "../Progress.ts"
import { signatureOf } from "../signature.ts"
import type { RoundPart } from "../strategies/BoundedSearch.ts"
import { World } from "../World.ts"
import { Crew } from "./Crew.ts"
import type { Place } from "./exported.ts"
import { Pieces } from "./Pieces.ts"
import { type PartResult, type Proof, proofOf } from "./searches.ts"

/** Runs the rounds of a proof in parts, on workers. Results are added up in the order of the parts, so the total is that of one worker. */
export const exploreOnWorkers = (
  program: Effect.Effect<unknown, unknown>,
  place: Place,
  proof: Proof,
  workers: number,
  context: Context.Context<never>,
  options: ExploreOptions
): Effect.Effect<Exploration> =>
  Effect.scoped(
    Effect.gen(function* () {
      const signal = yield* abortSignal
      const world = new World(context, { ...options, signal })
      const state = newSearch()
      const diverged = yield* Effect.promise(() => differs(world, program))
      Context.get(context, CurrentMarks)?.endSchedule(false)
      if (diverged === undefined) {
        const { isReduced, maxSteps, stopAtFirst } = options
        const making = Crew.make({ program, place, proof, workers, isReduced, maxSteps, stopAtFirst })
        const failures = new Map<string, FailedAt>()
        // The scope ends all workers before failures are run again, because `ExternalIO` could take their messages for I/O of the program.
        yield* Effect.scoped(
          Effect.flatMap(making, (crew) =>
            runRounds({ state, failures, crew, workers, proof, world, program, context, options, signal })
          )
        )
        yield* Effect.promise(() => runFailures(state, failures, world, program))
      } else state.failures.set("diverged", { run: diverged, at: 1, part: undefined })
      return yield* Effect.promise(() => explainAll(state, world, program, true, options, signal))
    })
  )

const abortSignal = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => new AbortController()),
    (controller) => Effect.sync(() => controller.abort())
  ),
  ({ signal }) => signal
)

/** The shortest schedule of a kind of failure, and which one was the first. */
interface FailedAt {
  readonly at: number
  readonly run: Length
}

interface Pool {
  readonly state: Search
  /** The failures found in parts. Each is run again at the end. */
  readonly failures: Map<string, FailedAt>
  readonly crew: Crew
  readonly workers: number
  readonly proof: Proof
  readonly world: World
  readonly program: Effect.Effect<unknown, unknown>
  readonly context: Context.Context<never>
  readonly options: ExploreOptions
  readonly signal: AbortSignal
}

const runRounds = (pool: Pool): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { state, context, crew, options, program, proof, world } = pool
    const progress = Context.get(context, CurrentProgress) ?? newProgress()
    const strategy = proofOf(proof)
    while (strategy.nextRound()) {
      yield* crew.settled
      const first = yield* Effect.promise(() => searchOne(state, world, program, context, strategy, options))
      if (first === "over" || isOver(pool)) return
      const ending = yield* runRound(pool, strategy.parts(pool.workers * 2), (result) => {
        strategy.leaves(result.left)
        progress.schedules = state.schedules
        progress.hasFailed ||= hasFailed(pool)
      })
      if (ending === "over") return
    }
    progress.isExhausted = state.isExhausted = true
  })

const hasFailed = ({ state, failures }: Pool): boolean => state.failures.size > 0 || failures.size > 0

const isOver = (pool: Pool): boolean => pool.signal.aborted || (pool.options.stopAtFirst && hasFailed(pool))

const runRound = (pool: Pool, parts: ReadonlyArray<RoundPart>, onResult: (result: PartResult) => void) =>
  Effect.gen(function* () {
    const { state, crew, options } = pool
    const { maxSchedules } = options
    const pieces = new Pieces(parts)
    while (!pieces.isEmpty) {
      yield* crew.tryNext(pieces, maxSchedules, maxSchedules - state.schedules)
      for (let next; (next = pieces.shift()) !== undefined;) {
        const room = maxSchedules - state.schedules
        // The limit is reached within this part.
        const isCut = next.result.schedules > room
        const result = isCut
          ? yield* crew.search(next.part, { maxSchedules: room, mostSteps: Infinity, restParts: 1 })
          : next.result
        add(pool, result)
        onResult(result)
        if (isCut || isOver(pool) || !(result.isExhausted || result.rest.length > 0)) return "over"
      }
    }
    return "done"
  })

/** Adds the result of a part. */
const add = ({ state, context, failures }: Pool, result: PartResult): void => {
  for (const { at, run, signature } of result.failures) {
    addFailure(failures, signature, { run, at: state.schedules + at })
  }
  const marks = Context.get(context, CurrentMarks)
  marks?.endSchedule(false)
  marks?.add(result.reached)
  state.schedules += result.schedules
  state.steps = Math.max(state.steps, result.steps)
  state.choices = Math.max(state.choices, result.choices)
  state.hasForeigners ||= result.hasForeigners || result.hasGivenUp
}

/** Runs the schedules of failures again in this thread, which explains them. */
const runFailures = async (
  state: Search,
  failures: ReadonlyMap<string, FailedAt>,
  world: World,
  program: Effect.Effect<unknown, unknown>
): Promise<void> => {
  for (const [signature, { at, run }] of failures) {
    const again = await runReplay(world, program, run.divergences)
    const isSame = signature === signatureOf(again)
    addFailure(state.failures, signature, { run: isSame ? again : divergedFrom(again), at, part: undefined })
  }
}
