import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { catalogue } from "../testing/catalogue/index.ts"

describe.each(catalogue)("Interleave: $name", ({ fixed }) => {
  it.live("is proved absent with three preemptions, and without the reduction", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* Interleave.check(fixed, { maxPreemptions: 3 })).complete)
      assert.isTrue((yield* Interleave.check(fixed, { maxPreemptions: 2, reduction: false })).complete)
    })
  )
})
