import * as Effect from "effect/Effect"
import { Task } from "effect-futures"
import type { Analysis } from "../../examples/analyse-folder/Analysis.ts"

/** In a worker thread, so the test hears of what it does from its log. */
export const Slow = Task.module(import.meta.url, {
  /** Takes an hour for some files. */
  analyse: Effect.fnUntraced(function* (bytes: Uint8Array) {
    if (Buffer.from(bytes).toString() === "slow") {
      yield* Effect.log("began")
      yield* Effect.sleep("1 hour")
    }
    const analysis: Analysis = { lines: 1, words: 1, sha256: "", compressed: 1 }
    return analysis
  })
})
