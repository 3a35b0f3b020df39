import { vi } from "@effect/vitest"
import { kinds } from "./remoteExecutors/support.ts"
import { sourcesOfWorkers } from "./sourcesOfWorkers.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

// For processes: `test/soak/sources.test.ts`.
sourcesOfWorkers(kinds.slice(0, 1))
