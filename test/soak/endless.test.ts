import { describe, it } from "@effect/vitest"
import { Console, Effect } from "effect"
import { kinds, stopEach } from "../node/endless/stopEach.ts"

const count = 1000

describe(`${count} endless tasks are stopped, and the program lives`, () => {
  for (const kind of kinds) {
    it.live(kind, () =>
      Effect.flatMap(stopEach(kind, count), (threads) =>
        Console.log(`Node.js ${process.versions.node}, ${kind}: ${count} stopped, ${threads - 1} threads replaced`)
      )
    )
  }
})
