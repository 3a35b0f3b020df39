import { describe, it } from "@effect/vitest"
import { kinds, stopEach } from "./endless/stopEach.ts"

// A thousand of each, and processes: `npm run test:soak`.
describe("endless tasks in a thread are stopped, one after the other, and the program lives", () => {
  for (const kind of kinds) it.live(kind, () => stopEach("thread", kind, 5))
})
