import { vi } from "@effect/vitest"
import { kinds } from "../node/remoteExecutors/support.ts"
import { sourcesOfWorkers } from "../node/sourcesOfWorkers.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

// For threads: `test/node/sources.test.ts`.
sourcesOfWorkers(kinds.slice(1))
