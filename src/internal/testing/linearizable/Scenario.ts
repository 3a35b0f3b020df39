import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Formatter from "effect/Formatter"
import { Prng } from "../Prng.ts"

/** The possible effects of an interrupted operation: none, or either none or the whole effect. */
export type Interruption = "nothing" | "either"

/** The facts about an operation that a scenario needs. */
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

/** The calls of each fiber, in order. */
export type Scenario = ReadonlyArray<ReadonlyArray<Call>>

export const showCall = ({ args, name }: Call): string => `${name}(${args.map(showValue).join(", ")})`

export interface ScenarioSize {
  readonly fibers: number
  readonly length: number
}

// An operation in so many is interrupted, if it may be.
const oneInterruptedIn = 3

/** Draws a scenario, which depends only on the seed. */
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

/** The scenarios that are a little smaller: with one call fewer, or one interruption fewer. */
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

// The length of a value, of which two fit on a line of a history.
const mostLength = 60

/** An argument or a result for readers: its contents on one line, shortened if it is long. */
export const showValue = (value: unknown): string => {
  const text = Formatter.format(value).replaceAll(/\s*\n\s*/g, " ")
  return text.length > mostLength ? `${text.slice(0, mostLength - 1)}…` : text
}
