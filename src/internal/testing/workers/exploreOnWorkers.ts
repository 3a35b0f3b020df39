import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as ThreadExecutor from "../../../node/ThreadExecutor.ts"
import {
  addFailure,
  differs,
  divergedFrom,
  explainAll,
  type Exploration,
  type ExploreOptions,
  newSearch,
  runGiven,
  type Search,
  searchOne
} from "../explore.ts"
import { CurrentMarks } from "../Marks.ts"
import { CurrentProgress, newProgress } from "../Progress.ts"
import { signatureOf } from "../signature.ts"
import { World } from "../World.ts"
import type { Place } from "./exported.ts"
import { type Job, type PartResult, type Proof, proofOf, Searches } from "./searches.ts"

// So many parts of a round are enough for the workers to end at about the same time.
const mostParts = 64

/**
 * The rounds of a proof, each in parts that workers try. What they come to is added up in the order of the parts, so the
 * result is that of one worker.
 */
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
      const books = newSearch()
      const diverged = yield* Effect.promise(() => differs(world, program))
      Context.get(context, CurrentMarks)?.endSchedule(false)
      if (diverged === undefined) {
        const executor = yield* ThreadExecutor.make({ name: "interleave", maxWorkers: workers, preload: [Searches] })
        const pool = { executor, place, proof, world, program, context, options, signal }
        yield* runRounds(books, pool)
      } else books.failures.set("diverged", { run: diverged, at: 1, part: undefined })
      return yield* Effect.promise(() => explainAll(books, world, program, true, options, signal))
    })
  ).pipe(Effect.orDie)

const abortSignal = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => new AbortController()),
    (controller) => Effect.sync(() => controller.abort())
  ),
  ({ signal }) => signal
)

interface Pool {
  readonly executor: ThreadExecutor.ThreadExecutor
  readonly place: Place
  readonly proof: Proof
  readonly world: World
  readonly program: Effect.Effect<unknown, unknown>
  readonly context: Context.Context<never>
  readonly options: ExploreOptions
  readonly signal: AbortSignal
}

const runRounds = (books: Search, pool: Pool) =>
  Effect.gen(function* () {
    const { context, executor, options, place, program, proof, signal, world } = pool
    const { maxSchedules, maxSteps, isReduced, stopAtFirst } = options
    const progress = Context.get(context, CurrentProgress) ?? newProgress()
    const isOver = () => stopAtFirst && books.failures.size > 0
    const strategy = proofOf(proof)
    while (strategy.nextRound()) {
      const first = yield* Effect.promise(() => searchOne(books, world, program, context, strategy, options))
      if (first === "over" || isOver()) return
      const jobs = strategy
        .parts(mostParts)
        .map((part): Job => ({ place, proof, part, options: { maxSteps, isReduced, stopAtFirst, maxSchedules } }))
      const futures = yield* Effect.forEach(jobs, (job) => executor.submit(Searches.searchPart(job)))
      for (const [index, future] of futures.entries()) {
        let result = yield* future
        const room = maxSchedules - books.schedules
        // Somewhere within this part it is enough.
        if (result.schedules > room) {
          const job = jobs[index]!
          const cut = { ...job, options: { ...job.options, maxSchedules: room } }
          result = yield* Effect.flatten(executor.submit(Searches.searchPart(cut)))
        }
        yield* Effect.promise(() => add(books, result, pool))
        strategy.leaves(result.left)
        progress.schedules = books.schedules
        progress.hasFailed ||= books.failures.size > 0
        if (isOver() || !result.isExhausted || signal.aborted) return
      }
    }
    progress.isExhausted = books.isExhausted = true
  })

/** Adds what a part came to. */
const add = async (books: Search, result: PartResult, { context, program, world }: Pool): Promise<void> => {
  const before = books.schedules
  for (const { at, divergences, signature } of result.failures) {
    const again = await runGiven(world, program, divergences)
    const run = signature === signatureOf(again) ? again : divergedFrom(again)
    addFailure(books, signature, { run, at: before + at, part: undefined })
  }
  const marks = Context.get(context, CurrentMarks)
  marks?.endSchedule(false)
  marks?.add(result.reached)
  books.schedules += result.schedules
  books.steps = Math.max(books.steps, result.steps)
  books.choices = Math.max(books.choices, result.choices)
  books.hasForeigners ||= result.hasForeigners || result.hasGivenUp
}
