import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { nameFiber } from "../TraceRecorder.ts"
import { callerName, History } from "./History.ts"
import type { Call, Scenario } from "./Scenario.ts"

/** Longer than any operation sleeps. A call that has not ended by then waits for something that nobody does. */
const end = "100000 days"

/** Makes the calls of a scenario, in a fiber for each caller, and returns the history. */
export const runScenario = <R>(
  scenario: Scenario,
  run: (call: Call) => Effect.Effect<unknown, unknown, R>
): Effect.Effect<History, never, R> =>
  Effect.gen(function* () {
    const history = new History()
    const noted = (call: Call, fiber: number) =>
      Effect.suspend(() => {
        const event = history.begin(call, fiber)
        return Effect.map(Effect.exit(run(call)), (exit) => history.end(event, exit))
      })
    /** The call in a fiber of its own, which another fiber interrupts. */
    const interrupted = (call: Call, fiber: number) =>
      Effect.gen(function* () {
        const event = history.begin(call, fiber)
        const own = yield* Effect.forkChild(run(call), { startImmediately: true })
        const started = yield* Deferred.make<void>()
        const interrupter = yield* Effect.forkChild(Effect.andThen(Deferred.await(started), Fiber.interrupt(own)))
        yield* Deferred.succeed(started, undefined)
        history.end(event, yield* Fiber.await(own))
        yield* Fiber.join(interrupter)
      })
    const fibers = yield* Effect.forEach(scenario, (calls, fiber) =>
      Effect.forkChild(
        Effect.forEach(calls, (call) => (call.isInterrupted ? interrupted(call, fiber) : noted(call, fiber)), {
          discard: true
        })
      )
    )
    fibers.forEach((fiber, index) => nameFiber(fiber, callerName(index)))
    const all = Effect.forEach(fibers, (fiber) => Fiber.join(fiber), { discard: true })
    yield* Effect.raceFirst(all, Effect.sleep(end))
    return history
  })
