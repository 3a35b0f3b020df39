import { describe, it } from "@effect/vitest"
import { kinds, stopEach } from "./endless/stopEach.ts"

// A thousand of each: `npm run test:soak`.
describe("endless tasks are stopped, one after the other, and the program lives", () => {
  for (const kind of kinds) it.live(kind, () => stopEach(kind, 5))
})
