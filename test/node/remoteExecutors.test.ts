import { vi } from "@effect/vitest"
import { behaviourOfWorkers } from "./behaviourOfWorkers.ts"
import { kinds } from "./remoteExecutors/support.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

// For processes: `test/soak/remoteExecutors.test.ts`.
behaviourOfWorkers(kinds.slice(0, 1))
