import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { bankService } from "./bankService.ts"
import { failureOf, replayedFailureOf } from "./support.ts"

/** How many choices of a schedule are other than the usual one. */
const deviations = (schedule: string): number => schedule.split("~")[0]!.split(".").length

describe("Interleave: a service with ten clients and some thousand steps", () => {
  it.live("has its race found by the default at any seed, and shown with ten deviations at the most", () =>
    Effect.gen(function* () {
      const { steps } = yield* Interleave.explore(bankService, { strategy: "fifo" })
      assert.isAtLeast(steps, 3000)
      for (const seed of [0, 1]) {
        const failure = yield* failureOf(bankService, { seed, maxSchedules: 150 })
        assert.include(failure.message, "too many requests at once")
        assert.isAtMost(deviations(failure.schedule), 10)
        assert.isAtMost(failure.message.split("\n").length, 60)
      }
    })
  )

  it.live("does the same in each replay", () =>
    Effect.gen(function* () {
      const { message, schedule } = yield* failureOf(bankService, { maxSchedules: 150 })
      const told = new Set<string>()
      for (let i = 0; i < 3; i++) told.add(afterTitle((yield* replayedFailureOf(bankService, schedule)).message))
      assert.deepStrictEqual(Array.from(told), [afterTitle(message)])
    })
  )
})

/** What a message says of the schedule; its first line says how that was found. */
const afterTitle = (message: string): string => message.split("\n").slice(1).join("\n")
