import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import * as Bugs from "./bugs/effect.ts"
import { kept } from "./bugs/kept.ts"

/** Those that need no schedule: the usual one breaks them too. */
const always: ReadonlySet<string> = new Set([
  "rcRefInvalidate",
  "layerRefRefresh",
  "cacheRefresh",
  "scopedCacheRefresh",
  "layerMemo"
])

const bugs: ReadonlyArray<readonly [name: string, program: Effect.Effect<void, unknown>]> = Object.entries(Bugs)

describe("promises of effect 4.1.0 that are broken (docs/bugs-found.md)", () => {
  it.live.each(bugs)("%s", ([name, program]) =>
    Effect.gen(function* () {
      const result = yield* Effect.result(Interleave.check(program, { maxSchedules: 2000 }))
      if (result._tag === "Success") {
        return assert.fail(
          `${name} does not fail any more: this Effect has mended it. Take it out of test/testing/bugs/effect.ts and docs/bugs-found.md.`
        )
      }
      assert.strictEqual(result.failure._tag, "InterleaveFailure")
      if (result.failure._tag !== "InterleaveFailure") return
      const again = yield* Effect.flip(Interleave.replay(program, result.failure.schedule))
      assert.propertyVal(again, "schedule", result.failure.schedule)
      const plain = yield* Effect.exit(program)
      assert.strictEqual(plain._tag, always.has(name) ? "Failure" : "Success")
    })
  )
})

const page = readFileSync(new URL("../../docs/bugs-found.md", import.meta.url), "utf8").replaceAll("`", "")

/** These have more schedules with two preemptions than a test of a second may try. */
const larger: ReadonlySet<string> = new Set([
  "Cache.get: a waiting fiber gets the value even if the first fiber is interrupted",
  "Queue.takeBetween: no item is lost between two fibers that take",
  "RcMap: releases an entry that was idle for its time to live"
])

describe("promises that hold in every schedule within the bound (docs/bugs-found.md)", () => {
  it.live.each(Object.entries(kept))("%s", ([name, program]) =>
    Effect.gen(function* () {
      const maxPreemptions = larger.has(name) ? 1 : 2
      const report = yield* Interleave.check(program, { strategy: "exhaustive", maxPreemptions })
      assert.isTrue(report.complete)
      const promise = name.replace(": ", " | ").replaceAll("`", "")
      const row = `| ${promise} | ${maxPreemptions} | ${report.schedules.toLocaleString("en-US")} |`
      assert.include(page, row)
    })
  )
})
