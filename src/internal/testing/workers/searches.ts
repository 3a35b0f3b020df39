import * as Context from "effect/Context"
import * as Task from "../../../Task.ts"
import { newSearch, search } from "../explore.ts"
import { CurrentMarks, Marks } from "../Marks.ts"
import type { Divergence } from "../Schedule.ts"
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
  }
}

/** The result of a part. */
export interface PartResult {
  readonly schedules: number
  readonly steps: number
  readonly choices: number
  readonly isExhausted: boolean
  readonly hasForeigners: boolean
  readonly hasGivenUp: boolean
  readonly left: LeftOut
  readonly reached: Readonly<Record<string, number>>
  /** The shortest schedule of each kind of failure, and the number of the first. */
  readonly failures: ReadonlyArray<{
    readonly signature: string
    readonly at: number
    readonly divergences: ReadonlyArray<Divergence>
  }>
  /** The rest of the part, in its order, if it has taken its steps. */
  readonly rest: ReadonlyArray<RoundPart>
}

export const proofOf = ({ bound, strategy }: Proof): BoundedSearch =>
  strategy === "delay" ? new Delay(bound) : new Exhaustive(bound)

/** Tries a part of a round. */
export const searchPart = async (place: Place, { options, part, proof }: Job): Promise<PartResult> => {
  const program = await importProgram(place)
  const marks = new Marks()
  const context = Context.add(Context.empty(), CurrentMarks, marks) as Context.Context<never>
  const { signal } = new AbortController()
  const world = new World(context, { ...options, signal })
  const strategy = proofOf(proof)
  strategy.take(part)
  const books = newSearch()
  const ending = await search(books, world, program, context, strategy, options, signal)
  return {
    schedules: books.schedules,
    steps: books.steps,
    choices: books.choices,
    isExhausted: books.isExhausted,
    hasForeigners: books.hasForeigners,
    hasGivenUp: world.hasGivenUp,
    left: strategy.left,
    reached: marks.reached,
    failures: Array.from(books.failures, ([signature, { at, run }]) => ({
      signature,
      at,
      divergences: run.divergences.map(({ at, pick }) => ({ at, pick }))
    })),
    rest: ending === "paused" ? strategy.parts(options.restParts) : []
  }
}

/** Loads the program, which takes longer than most parts. */
const load = async (place: Place): Promise<void> => void (await importProgram(place))

export const Searches = Task.module(import.meta.url, { load, searchPart })
