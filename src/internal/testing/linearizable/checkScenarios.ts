import * as Effect from "effect/Effect"
import { isLinearizable } from "./linearize.ts"
import type { Model } from "./Model.ts"
import { runScenario } from "./runScenario.ts"
import {
  type Call,
  drawScenario,
  type OperationKind,
  type Scenario,
  type ScenarioSize,
  smallerScenarios
} from "./Scenario.ts"
import type { History } from "./History.ts"

/** The object and its model, without their types. */
export interface Subject<R> {
  readonly make: Effect.Effect<unknown, unknown, R>
  readonly run: (object: unknown, call: Call) => Effect.Effect<unknown, unknown, R>
  readonly kinds: ReadonlyArray<OperationKind>
  readonly model: Model
}

/** Dies of a `NotLinearizableError` if no order explains the results of the scenario's calls. */
const scenarioProgram = <R>({ kinds, make, model, run }: Subject<R>, scenario: Scenario) => {
  const interruptions = new Map(kinds.map(({ interruption, name }) => [name, interruption]))
  return Effect.gen(function* () {
    const object = yield* make
    const history = yield* runScenario(scenario, (call) => run(object, call))
    if (!isLinearizable(history, model, (name) => interruptions.get(name))) throw new NotLinearizableError(history)
  })
}

/** Checks scenarios until one fails, and makes that as small as possible. */
export const checkScenarios = <R, R2, Checked, E>(
  subject: Subject<R>,
  size: ScenarioSize & { readonly scenarios: number; readonly seed: number },
  check: (program: Effect.Effect<void, unknown, R>) => Effect.Effect<Checked, E, R2>,
  isFailure: (error: E) => boolean
): Effect.Effect<ReadonlyArray<Checked>, E, R2> =>
  Effect.gen(function* () {
    const reports: Array<Checked> = []
    for (let i = 0; i < size.scenarios; i++) {
      const scenario = yield* drawScenario(subject.kinds, size, size.seed + i)
      const result = yield* Effect.result(check(scenarioProgram(subject, scenario)))
      if (result._tag === "Success") reports.push(result.success)
      else {
        if (isFailure(result.failure)) yield* failWithSmallest(subject, scenario, check, isFailure)
        return yield* Effect.fail(result.failure)
      }
    }
    return reports
  })

/** Leaves out calls as long as the scenario still fails, and fails with the rest. */
const failWithSmallest = <R, R2, Checked, E>(
  subject: Subject<R>,
  scenario: Scenario,
  check: (program: Effect.Effect<void, unknown, R>) => Effect.Effect<Checked, E, R2>,
  isFailure: (error: E) => boolean
): Effect.Effect<void, E, R2> =>
  Effect.gen(function* () {
    let smallest = scenario
    let found: E | undefined
    for (let isSmaller = true; isSmaller;) {
      isSmaller = false
      for (const smaller of smallerScenarios(smallest)) {
        const result = yield* Effect.result(check(scenarioProgram(subject, smaller)))
        if (result._tag === "Success" || !isFailure(result.failure)) continue
        found = result.failure
        smallest = smaller
        isSmaller = true
        break
      }
    }
    if (found !== undefined) yield* Effect.fail(found)
  })

/** No order of the calls explains their results. */
class NotLinearizableError extends Error {
  override readonly name = "NotLinearizableError"
  /** The calls and their results, in their order. */
  readonly history: ReadonlyArray<string>
  /** How many calls it has. */
  readonly calls: number

  constructor(history: History) {
    const lines = history.describe()
    super(
      `No order of these calls, one after the other, gives the same results:\n${lines.map((line) => `  ${line}`).join("\n")}`
    )
    this.history = lines
    this.calls = history.events.length
  }
}
