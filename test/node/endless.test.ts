import { describe, it } from "@effect/vitest"
import { kinds, stopEach } from "./endless/stopEach.ts"

describe("twenty endless tasks are stopped, and the program lives", () => {
  for (const kind of kinds) it.live(kind, () => stopEach(kind, 20))
})
