import { describe, it } from "@effect/vitest"
import { Console, Effect } from "effect"
import { kinds, stopEach } from "../node/endless/stopEach.ts"

const count = Math.min(1000, Number(process.env["EFFECT_FUTURES_SOAK_TASKS"] ?? 200_000) / 200)

describe.each(["thread", "process"] as const)(
  `${count} endless tasks in a %s are stopped, and the program lives`,
  (worker) => {
    for (const kind of kinds) {
      it.live(kind, () =>
        Effect.flatMap(stopEach(worker, kind, count), (used) =>
          Console.log(
            `Node.js ${process.versions.node}, ${kind}: ${count} stopped, ${used - 1} of its kind replaced (${worker})`
          )
        )
      )
    }
  }
)
