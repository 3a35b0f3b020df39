import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { Executor } from "effect-futures"
import { eventually } from "../behaviour/support.ts"
import { leftovers } from "../support/engineState.ts"
import { kinds } from "../node/remoteExecutors/support.ts"
import { countRuns } from "../node/reliability/Counted.ts"
import { seed } from "../node/reliability/reliabilityOptions.ts"
import { describeFaults, startStorm, weather } from "../node/reliability/storm.ts"
import { whatIsOpenAfter, whatIsOpenAtRest } from "../node/reliability/whatIsOpen.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 300_000 })

describe.each(kinds)("%s: nothing is left of a storm", (kind, make) => {
  it.live("that has come to its end", () =>
    Effect.gen(function* () {
      const once = Effect.scoped(weather(kind, make, { count: 80, seed, maxWorkers: 2, spares: 1 }))
      // The first leaves threads that Node keeps for itself.
      yield* once
      const before = yield* whatIsOpenAtRest
      const { faults, storm } = yield* once
      assert.isEmpty(faults, describeFaults(seed, faults))
      assert.deepStrictEqual(leftovers(storm.executor), [])
      yield* eventually(whatIsOpenAfter(before), before)
    })
  )

  const ends = [
    ["whose scope is closed", () => Effect.void],
    ["that is shut down", (executor) => Executor.shutdown(executor, { mode: "interrupt" })],
    ["whose pending tasks are cancelled", (executor) => Executor.shutdown(executor, { mode: "cancelPending" })],
    ["that is drained for a while", (executor) => Executor.shutdown(executor, { mode: "drain", timeout: 100 })]
  ] as const satisfies ReadonlyArray<
    readonly [string, (executor: Executor.Executor<Executor.Failure>) => Effect.Effect<void>]
  >

  it.live.each(ends.map(([how, end]) => ({ how, end })))("$how in its middle", ({ end }) =>
    Effect.gen(function* () {
      const round = (seed: number) =>
        Effect.gen(function* () {
          const counted = yield* countRuns(kind, 80)
          const scope = yield* Scope.make()
          const { storm, submitting } = yield* startStorm(kind, make, counted, { count: 80, seed }).pipe(
            Scope.provide(scope)
          )
          yield* storm.half
          yield* end(storm.executor)
          yield* Fiber.interrupt(submitting)
          yield* Scope.close(scope, Exit.void)
          return storm
        })
      yield* Effect.scoped(round(seed))
      const before = yield* whatIsOpenAtRest
      const storm = yield* round(seed + 1)
      const faults = storm.check(true)
      assert.isEmpty(faults, describeFaults(seed + 1, faults))
      assert.deepStrictEqual(leftovers(storm.executor), [])
      yield* eventually(whatIsOpenAfter(before), before)
    })
  )
})
