import { vi } from "@effect/vitest"
import { workerDeaths } from "./support/workerDeaths.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 180_000 })

// With futures whose fibers somebody has: `test/soak/remoteTasks.explore.test.ts`.
workerDeaths(false)
