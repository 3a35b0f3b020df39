import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { Prng } from "../Prng.ts"
import { showValue } from "./showValue.ts"

/** The possible effects of an interrupted operation: nothing of it, or either nothing or all of it. */
export type Interruption = "nothing" | "either"

/** An operation, as far as a scenario has to know it. */
export interface OperationKind {
  readonly name: string
  readonly args: ReadonlyArray<Arbitrary.Arbitrary<unknown>>
  readonly interruption: Interruption | undefined
}

/** An operation with its arguments. */
export interface Call {
  readonly name: string
  readonly args: ReadonlyArray<unknown>
  /** Whether another fiber interrupts it. */
  readonly isInterrupted: boolean
}

/** The calls of each fiber, one after the other. */
export type Scenario = ReadonlyArray<ReadonlyArray<Call>>

export const showCall = ({ args, name }: Call): string => `${name}(${args.map(showValue).join(", ")})`

export interface ScenarioSize {
  readonly fibers: number
  readonly length: number
}

// The share of operations that are interrupted, of those that may be: one in so many.
const oneInterruptedIn = 3

/** Draws a scenario; the same seed gives the same. */
export const drawScenario = (
  kinds: ReadonlyArray<OperationKind>,
  { fibers, length }: ScenarioSize,
  seed: number
): Effect.Effect<Scenario> =>
  Effect.gen(function* () {
    const random = new Prng(seed)
    const scenario: Array<Array<Call>> = []
    for (let fiber = 0; fiber < fibers; fiber++) {
      const calls: Array<Call> = []
      for (let i = 0; i < length; i++) {
        const { args, interruption, name } = kinds[random.below(kinds.length)]!
        const drawn: Array<unknown> = []
        for (const arg of args) drawn.push(yield* draw(arg, random.below(2 ** 30)))
        calls.push({
          name,
          args: drawn,
          isInterrupted: interruption !== undefined && random.below(oneInterruptedIn) === 0
        })
      }
      scenario.push(calls)
    }
    return scenario
  })

const draw = (arg: Arbitrary.Arbitrary<unknown>, seed: number): Effect.Effect<unknown> =>
  Effect.orDie(Effect.map(Arbitrary.sampleEffect(arg, { count: 1, seed }), ([value]) => value))

/** The scenarios that are a little smaller: one call fewer, or one that is not interrupted. */
export function* smallerScenarios(scenario: Scenario): Generator<Scenario> {
  for (let fiber = 0; fiber < scenario.length; fiber++) {
    const calls = scenario[fiber]!
    for (let at = calls.length - 1; at >= 0; at--) {
      yield scenario.with(fiber, calls.toSpliced(at, 1)).filter((each) => each.length > 0)
      if (!calls[at]!.isInterrupted) continue
      yield scenario.with(fiber, calls.with(at, { ...calls[at]!, isInterrupted: false }))
    }
  }
}
