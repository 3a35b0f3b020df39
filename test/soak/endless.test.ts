import { describe, it } from "@effect/vitest"
import { Console, Effect } from "effect"
import { kinds, stopEach } from "../node/endless/stopEach.ts"

const count = Math.min(1000, Number(process.env["EFFECT_FUTURES_SOAK_TASKS"] ?? 200_000) / 200)

describe(`${count} endless tasks are stopped, and the program lives`, () => {
  for (const kind of kinds) {
    it.live(kind, () =>
      Effect.flatMap(stopEach(kind, count), (threads) =>
        Console.log(`Node.js ${process.versions.node}, ${kind}: ${count} stopped, ${threads - 1} threads replaced`)
      )
    )
  }
})
