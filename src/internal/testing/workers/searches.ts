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

/** Which strategy, with its bound. */
export interface Proof {
  readonly strategy: "exhaustive" | "delay"
  readonly bound: number
}

/** A part of a round for a worker to try. */
export interface Job {
  readonly place: Place
  readonly proof: Proof
  readonly part: RoundPart
  readonly options: {
    readonly maxSteps: number
    readonly isReduced: boolean
    readonly stopAtFirst: boolean
    readonly maxSchedules: number
  }
}

/** What a part came to. */
export interface PartResult {
  readonly schedules: number
  readonly steps: number
  readonly choices: number
  readonly isExhausted: boolean
  readonly hasForeigners: boolean
  readonly hasGivenUp: boolean
  readonly left: LeftOut
  readonly reached: Readonly<Record<string, number>>
  /** Of each kind of failure the shortest schedule, and which one was the first. */
  readonly failures: ReadonlyArray<{
    readonly signature: string
    readonly at: number
    readonly divergences: ReadonlyArray<Divergence>
  }>
}

export const proofOf = ({ bound, strategy }: Proof): BoundedSearch =>
  strategy === "delay" ? new Delay(bound) : new Exhaustive(bound)

export const searchPart = async ({ options, part, place, proof }: Job): Promise<PartResult> => {
  const program = await importProgram(place)
  const marks = new Marks()
  const context = Context.add(Context.empty(), CurrentMarks, marks) as Context.Context<never>
  const { signal } = new AbortController()
  const world = new World(context, { ...options, signal })
  const strategy = proofOf(proof)
  strategy.take(part)
  const books = newSearch()
  await search(books, world, program, context, strategy, options, signal)
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
    }))
  }
}

export const Searches = Task.module(import.meta.url, { searchPart })
