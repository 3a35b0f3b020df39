import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import { CurrentMarks, type Marks } from "./Marks.ts"
import { turn } from "./ExternalIO.ts"
import { watchAccesses } from "./accesses.ts"
import { CurrentProgress, newProgress } from "./Progress.ts"
import type { Divergence } from "./Schedule.ts"
import { shrink } from "./shrink.ts"
import { maskedSignatureOf, signatureOf } from "./signature.ts"
import { AnchoredReplay, Replay } from "./strategies/replay.ts"
import type { Strategy } from "./strategies/Strategy.ts"
import { TraceRecorder } from "./TraceRecorder.ts"
import type { ExecutionOptions, Run } from "./Execution.ts"
import { World } from "./World.ts"

/** A kind of failure, with its shortest schedule and the trace of that. */
interface Found {
  readonly run: Run
  readonly recorder: TraceRecorder
  /** The number of the first schedule that failed so, counted from 1. */
  readonly at: number
  /** The part of the strategy that chose it, if the strategy has parts. */
  readonly part: string | undefined
}

export interface Exploration {
  readonly schedules: number
  readonly isComplete: boolean
  readonly found: ReadonlyArray<Found>
  /** The most steps and choices of a schedule. */
  readonly steps: number
  readonly choices: number
}

export interface ExploreOptions extends ExecutionOptions {
  readonly maxSchedules: number
  /** Whether one failure is enough. */
  readonly stopAtFirst: boolean
}

// How many real milliseconds to go on before other code gets a turn, which may stop this, or give threads something to do.
const slice = 20
const sliceAmongThreads = 2

// Nobody reads more failures.
const mostFound = 100

interface Candidate {
  readonly run: Run
  readonly at: number
  readonly part: string | undefined
}

/** Runs the program in one schedule after the other. */
export const explore = async (
  program: Effect.Effect<unknown, unknown>,
  context: Context.Context<never>,
  strategy: Strategy,
  options: ExploreOptions,
  signal: AbortSignal
): Promise<Exploration> => {
  const watch = accessWatch()
  try {
    return await exploreAll(program, context, strategy, options, signal, watch)
  } finally {
    watch(false)
  }
}

/** Watches accesses only for strategies that need them, because that takes time. */
const accessWatch = () => {
  let stop: (() => void) | undefined
  return (isWanted: boolean, includesFibers = false): void => {
    if (isWanted) stop ??= watchAccesses(includesFibers)
    else if (stop !== undefined) stop = void stop()
  }
}

/** The state of a search: how far the strategy is, and the failures, each kind with its shortest schedule. */
export interface Search {
  schedules: number
  /** The most steps and choices of a schedule, and the steps of all. */
  steps: number
  choices: number
  allSteps: number
  /** Whether the strategy has no more schedules, and whether all fibers could be controlled. */
  isExhausted: boolean
  hasForeigners: boolean
  /** Whether a schedule had to wait: for a moment in time, or for something from outside. */
  hasWaited: boolean
  readonly failures: Map<string, Candidate>
}

export const newSearch = (): Search => ({
  schedules: 0,
  steps: 0,
  choices: 0,
  allSteps: 0,
  isExhausted: false,
  hasForeigners: false,
  hasWaited: false,
  failures: new Map()
})

const exploreAll = async (
  program: Effect.Effect<unknown, unknown>,
  context: Context.Context<never>,
  strategy: Strategy,
  options: ExploreOptions,
  signal: AbortSignal,
  watch: (isWanted: boolean, includesFibers?: boolean) => void
): Promise<Exploration> => {
  const world = new World(context, { ...options, signal })
  const diverged = await differs(world, program)
  Context.get(context, CurrentMarks)?.endSchedule(false)
  const searched = newSearch()
  if (diverged !== undefined) searched.failures.set("diverged", { run: diverged, at: 1, part: undefined })
  else await search(searched, world, program, context, strategy, options, signal, watch)
  return explainAll(searched, world, program, strategy.isExhaustive === true, options, signal)
}

/** How far a search may go. The limit of steps is for all schedules together, and may be exceeded a little. */
interface SearchLimits extends Pick<ExploreOptions, "maxSchedules" | "stopAtFirst"> {
  readonly mostSteps?: number
  /** Whether threads search as well. Then it ends with a schedule that has to wait, as it may have waited for something of theirs. */
  readonly isAmongThreads?: boolean
}

/**
 * Runs schedules of the strategy until one fails, if that is enough, or until there are no more. Returns `"paused"` after its number of
 * steps, if there may be more.
 */
export const search = async (
  state: Search,
  world: World,
  program: Effect.Effect<unknown, unknown>,
  context: Context.Context<never>,
  strategy: Strategy,
  { isAmongThreads = false, maxSchedules, mostSteps = Infinity, stopAtFirst }: SearchLimits,
  signal: AbortSignal,
  watch: (isWanted: boolean, includesFibers?: boolean) => void = () => {}
): Promise<"ended" | "paused"> => {
  const progress = Context.get(context, CurrentProgress) ?? newProgress()
  const marks = Context.get(context, CurrentMarks)
  let last = performance.now()
  while (!signal.aborted) {
    if (state.allSteps >= mostSteps || (isAmongThreads && state.hasWaited)) return "paused"
    if (!strategy.next()) {
      progress.isExhausted = state.isExhausted = true
      return "ended"
    }
    watch(strategy.accessed !== undefined, strategy.follower !== undefined)
    const result = world.run(program, strategy)
    // Most runs are synchronous, and each wait takes as long as a short schedule.
    const isWaiting = result instanceof Promise
    const run = isWaiting ? await result : result
    state.hasWaited ||= isWaiting
    if (performance.now() - last > (isAmongThreads ? sliceAmongThreads : slice)) {
      await turn()
      last = performance.now()
    }
    const added = addRun(state, run, strategy, marks, maxSchedules)
    if (added === "over") return "ended"
    progress.schedules = state.schedules
    if (added !== "failed") continue
    progress.hasFailed = true
    if (stopAtFirst || run.ending._tag === "Diverged") return "ended"
  }
  return "ended"
}

/** Runs the present schedule of the strategy. `"over"` if there were too many. */
export const searchOne = async (
  state: Search,
  world: World,
  program: Effect.Effect<unknown, unknown>,
  context: Context.Context<never>,
  strategy: Strategy,
  { maxSchedules }: Pick<ExploreOptions, "maxSchedules">
): Promise<"over" | "done"> => {
  const run = await world.run(program, strategy)
  const added = addRun(state, run, strategy, Context.get(context, CurrentMarks), maxSchedules)
  return added === "over" || run.ending._tag === "Diverged" ? "over" : "done"
}

/** Records the result of a schedule, unless it is known, or one too many. */
const addRun = (
  state: Search,
  run: Run,
  strategy: Strategy,
  marks: Marks | undefined,
  maxSchedules: number
): "over" | "known" | "passed" | "failed" => {
  if (run.ending._tag === "Stopped") return "over"
  state.allSteps += run.steps
  marks?.endSchedule(!strategy.isKnown && state.schedules < maxSchedules)
  if (strategy.hidden !== undefined) {
    const ending = { _tag: "Hidden", state: strategy.hidden } as const
    state.failures.set("hidden", { run: { ...run, ending }, at: state.schedules + 1, part: undefined })
    return "over"
  }
  if (strategy.isKnown && run.ending._tag !== "Diverged") {
    // A proof without a bound counts equivalent schedules as known. If one of them fails, they were not equivalent.
    if (strategy.follower === undefined || signatureOf(run) === undefined) return "known"
  }
  // There is another schedule, so the search is not complete.
  if (state.schedules === maxSchedules) return "over"
  state.schedules++
  state.hasForeigners ||= run.hasForeigners
  state.steps = Math.max(state.steps, run.steps)
  state.choices = Math.max(state.choices, run.choices)
  const signature = signatureOf(run)
  if (signature === undefined) return "passed"
  addFailure(state.failures, signature, { run, at: state.schedules, part: strategy.part })
  return "failed"
}

/** Keeps the shortest schedule of each kind of failure, and the number of the first. */
export const addFailure = <A extends { readonly run: Length; readonly at: number }>(
  failures: Map<string, A>,
  signature: string,
  candidate: A
): void => {
  const before = failures.get(signature)
  if (before === undefined) {
    if (failures.size < mostFound) failures.set(signature, candidate)
  } else if (isShorter(candidate.run, before.run)) failures.set(signature, { ...before, run: candidate.run })
}

/** Shrinks the schedule of each failure, and makes its trace. */
export const explainAll = async (
  { choices, failures, hasForeigners, isExhausted, schedules, steps }: Search,
  world: World,
  program: Effect.Effect<unknown, unknown>,
  isExhaustive: boolean,
  { stopAtFirst }: ExploreOptions,
  signal: AbortSignal
): Promise<Exploration> => {
  const found: Array<Found> = []
  for (const candidate of failures.values()) {
    if (signal.aborted) break
    found.push(await explain(world, program, candidate, stopAtFirst))
  }
  const isComplete = isExhausted && isExhaustive && !hasForeigners && !world.hasGivenUp
  return { schedules, steps, choices, isComplete, found }
}

/** The parts of a run that tell which of two schedules is the shorter one. */
export type Length = Pick<Run, "preemptions" | "divergences">

const isShorter = (one: Length, other: Length): boolean =>
  one.preemptions !== other.preemptions
    ? one.preemptions < other.preemptions
    : one.divergences.length < other.divergences.length

/** Runs one schedule twice. A program that depends on more than its schedule may differ. */
export const differs = async (world: World, program: Effect.Effect<unknown, unknown>): Promise<Run | undefined> => {
  const first = await runReplay(world, program, [])
  if (first.ending._tag === "Stopped") return undefined
  const second = await runReplay(world, program, [])
  return isOther(first, second) ? divergedFrom(second) : undefined
}

/** Shrinks the schedule, and makes its trace. */
const explain = async (
  world: World,
  program: Effect.Effect<unknown, unknown>,
  { at, part, run }: Candidate,
  mayDiffer: boolean
): Promise<Found> => {
  if (run.ending._tag === "Hidden") {
    const recorder = new TraceRecorder(run.steps)
    await runReplay(world, program, run.divergences, recorder, run.isPlain)
    return { run, recorder, at, part }
  }
  if (run.ending._tag === "Diverged") return { run, recorder: new TraceRecorder(), at, part }
  const signature = signatureOf(run)
  const exact = await shrink(run, async (divergences) => {
    const tried = await runReplay(world, program, divergences, undefined, run.isPlain)
    return signatureOf(tried) === signature ? tried : undefined
  })
  // Each try of a livelock takes `maxSteps` steps.
  const isLong = run.ending._tag === "Livelock"
  const shortest = mayDiffer && !isLong ? shorter(exact, await shrinkLoosely(world, program, run)) : exact
  const recorder = new TraceRecorder(shortest.steps)
  const traced = await runReplay(world, program, shortest.divergences, recorder, run.isPlain)
  return { run: isOther(traced, shortest) ? divergedFrom(traced) : traced, recorder, at, part }
}

const mostRounds = 4
const fewDivergences = 5

/** Shrinks to a failure that is the same except for its numbers, with choices tied to the steps of fibers and to their count in turn. */
const shrinkLoosely = async (world: World, program: Effect.Effect<unknown, unknown>, run: Run): Promise<Run> => {
  const signature = maskedSignatureOf(run)
  // The choices of a search have no anchors.
  const again = await runReplay(world, program, run.divergences, undefined, run.isPlain)
  let best = maskedSignatureOf(again) === signature ? again : run
  for (let rounds = 0; rounds < mostRounds; rounds++) {
    const before = best.divergences.length
    for (const Kind of [AnchoredReplay, Replay]) {
      best = await shrink(best, async (divergences) => {
        const tried = await world.run(program, new Kind(divergences, run.isPlain))
        return maskedSignatureOf(tried) === signature ? tried : undefined
      })
    }
    // Another round may help, because a later omission may allow one that was tried before, and one of the two ways may succeed where the
    // other failed.
    if (best.divergences.length <= fewDivergences || best.divergences.length === before) break
  }
  return best
}

const shorter = (one: Run, other: Run): Run => (isShorter(other, one) ? other : one)

/** Whether the runs differ. Messages of errors may differ, because many names contain a number that is counted per process. */
export const isOther = (one: Run, other: Run): boolean =>
  one.fingerprint !== other.fingerprint || outcomeOf(one) !== outcomeOf(other)

const outcomeOf = ({ ending }: Run): string => (ending._tag === "Ended" ? ending.exit._tag : ending._tag)

export const divergedFrom = (run: Run): Run => ({ ...run, ending: { _tag: "Diverged", choice: run.choices } })

/** Runs the schedule with these choices. */
export const runReplay = async (
  world: World,
  program: Effect.Effect<unknown, unknown>,
  divergences: ReadonlyArray<Divergence>,
  recorder?: TraceRecorder,
  isPlain = false
): Promise<Run> => {
  const strategy = new Replay(divergences, isPlain)
  return world.run(program, strategy, recorder)
}
