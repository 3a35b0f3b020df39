import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
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
import type { RoundPart } from "../strategies/BoundedSearch.ts"
import { World } from "../World.ts"
import type { Place } from "./exported.ts"
import { type Piece, Pieces } from "./Pieces.ts"
import { type Job, type PartResult, type Proof, proofOf, Searches } from "./searches.ts"

// About a tenth of a second: short enough that workers end at about the same time, and long compared with the cost of a part. The number is
// in steps, so that a busy machine does not make smaller parts.
const partSteps = 100_000

// A small number, because each part is cut again if it takes long.
const cutParts = 4

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
      const books = newSearch()
      const diverged = yield* Effect.promise(() => differs(world, program))
      Context.get(context, CurrentMarks)?.endSchedule(false)
      if (diverged === undefined) {
        const executor = yield* startThreads(place, workers)
        yield* runRounds(books, { executor, workers, place, proof, world, program, context, options, signal })
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

/** Threads that have loaded the program. */
const startThreads = (place: Place, workers: number) =>
  Effect.gen(function* () {
    const options = {
      name: "interleave",
      minWorkers: workers,
      maxWorkers: workers,
      preload: [Searches],
      preempt: "terminate"
    } as const
    const executor = yield* ThreadExecutor.make(options)
    const loads = yield* Effect.replicateEffect(executor.submit(Searches.load(place)), workers)
    yield* Effect.forEach(loads, (load) => load, { discard: true })
    return executor
  })

interface Pool {
  readonly executor: ThreadExecutor.ThreadExecutor
  readonly workers: number
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
    const { context, options, program, proof, world } = pool
    const progress = Context.get(context, CurrentProgress) ?? newProgress()
    const strategy = proofOf(proof)
    while (strategy.nextRound()) {
      const first = yield* Effect.promise(() => searchOne(books, world, program, context, strategy, options))
      if (first === "over" || isOver(books, pool)) return
      const ending = yield* runRound(books, pool, strategy.parts(pool.workers * 2), (result) => {
        strategy.leaves(result.left)
        progress.schedules = books.schedules
        progress.hasFailed ||= books.failures.size > 0
      })
      if (ending === "over") return
    }
    progress.isExhausted = books.isExhausted = true
  })

const isOver = ({ failures }: Search, { options, signal }: Pool): boolean =>
  signal.aborted || (options.stopAtFirst && failures.size > 0)

const runRound = (books: Search, pool: Pool, parts: ReadonlyArray<RoundPart>, onResult: (result: PartResult) => void) =>
  Effect.gen(function* () {
    const { maxSchedules } = pool.options
    const pieces = new Pieces(parts)
    const settled = yield* Queue.unbounded<readonly [Piece, Exit.Exit<PartResult, SearchError>]>()
    let running = 0
    while (!pieces.isEmpty) {
      // A part for each worker now, and another one for later.
      for (
        let piece;
        running < pool.workers * 2 && (piece = pieces.take(maxSchedules - books.schedules)) !== undefined;
        running++
      ) {
        const taken = piece
        // Cut only if the others have nothing to do, because each part costs something.
        const restParts = pieces.hasFree(pool.workers) ? 1 : cutParts
        const searching = searchThere(pool, taken.part, { maxSchedules, mostSteps: partSteps, restParts })
        yield* Effect.forkScoped(Effect.flatMap(Effect.exit(searching), (exit) => Queue.offer(settled, [taken, exit])))
      }
      const [piece, exit] = yield* Queue.take(settled)
      running--
      pieces.settle(piece, yield* exit)
      for (let next; (next = pieces.shift()) !== undefined;) {
        const room = maxSchedules - books.schedules
        // The limit is reached within this part.
        const isCut = next.result.schedules > room
        const result = isCut
          ? yield* searchThere(pool, next.part, { maxSchedules: room, mostSteps: Infinity, restParts: 1 })
          : next.result
        yield* Effect.promise(() => add(books, result, pool))
        onResult(result)
        if (isCut || isOver(books, pool) || !(result.isExhausted || result.rest.length > 0)) return "over"
      }
    }
    return "done"
  })

type SearchError = Effect.Error<ReturnType<typeof searchThere>>

const searchThere = (
  { executor, options, place, proof }: Pool,
  part: RoundPart,
  most: Pick<Job["options"], "maxSchedules" | "mostSteps" | "restParts">
) => {
  const { isReduced, maxSteps, stopAtFirst } = options
  const limits = { maxSteps, isReduced, stopAtFirst, ...most }
  return Effect.flatten(executor.submit(Searches.searchPart(place, { proof, part, options: limits })))
}

/** Adds the result of a part. */
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
