import * as Context from "effect/Context"
import * as Task from "../../../Task.ts"
import type * as Effect from "effect/Effect"
import { type Length, newSearch, type Search, search } from "../explore.ts"
import { CurrentMarks, Marks } from "../Marks.ts"
import type { BoundedSearch, LeftOut, RoundPart } from "../strategies/BoundedSearch.ts"
import { Delay } from "../strategies/delay.ts"
import { Exhaustive } from "../strategies/exhaustive.ts"
import { World } from "../World.ts"
import { importProgram, type Place } from "./exported.ts"

/** A strategy, with its bound. */
export interface Proof {
  readonly strategy: "exhaustive" | "delay"
  readonly bound: number
}

/** A part of a round to try. */
export interface Job {
  readonly proof: Proof
  readonly part: RoundPart
  readonly options: {
    readonly maxSteps: number
    readonly isReduced: boolean
    readonly stopAtFirst: boolean
    readonly maxSchedules: number
    /** After so many steps it returns the rest, for others to try. */
    readonly mostSteps: number
    /** The number of parts in which it returns the rest. */
    readonly restParts: number
    /** Whether this is the caller's thread, while worker threads search as well. */
    readonly isAmongThreads: boolean
  }
}

/** The result of a part. */
export interface PartResult extends Readonly<Omit<Search, "failures">> {
  readonly hasGivenUp: boolean
  readonly left: LeftOut
  readonly reached: Readonly<Record<string, number>>
  /** The shortest schedule of each kind of failure, and the number of the first. */
  readonly failures: ReadonlyArray<{
    readonly signature: string
    readonly at: number
    readonly run: Length
  }>
  /** The rest of the part, in its order, if it has taken its steps. */
  readonly rest: ReadonlyArray<RoundPart>
}

export const proofOf = ({ bound, strategy }: Proof): BoundedSearch =>
  strategy === "delay" ? new Delay(bound) : new Exhaustive(bound)

/** Tries a part of a round. */
export const tryPart = async (
  program: Effect.Effect<unknown, unknown>,
  { options, part, proof }: Job,
  signal: AbortSignal
): Promise<PartResult> => {
  const marks = new Marks()
  const context = Context.add(Context.empty(), CurrentMarks, marks) as Context.Context<never>
  const world = new World(context, { ...options, signal })
  const strategy = proofOf(proof)
  strategy.take(part)
  const state = newSearch()
  const ending = await search(state, world, program, context, strategy, options, signal)
  // The rest is computed before `strategy.left` is read, because that may leave out more schedules.
  const rest = ending === "paused" ? strategy.parts(options.restParts) : []
  return {
    ...state,
    isExhausted: state.isExhausted || (ending === "paused" && rest.length === 0),
    hasGivenUp: world.hasGivenUp,
    left: strategy.left,
    reached: marks.reached,
    failures: Array.from(state.failures, ([signature, { at, run }]) => ({
      signature,
      at,
      run: { preemptions: run.preemptions, divergences: run.divergences.map(({ at, pick }) => ({ at, pick })) }
    })),
    rest
  }
}

/** Imports the program, and tries a part of it in this thread. */
const searchPart = async (place: Place, job: Job): Promise<PartResult> =>
  tryPart(await importProgram(place), job, new AbortController().signal)

/** Loads the program, which takes longer than most parts. */
const load = async (place: Place): Promise<void> => void (await importProgram(place))

export const Searches = Task.module(import.meta.url, { load, searchPart })
