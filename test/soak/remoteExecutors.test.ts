import { vi } from "@effect/vitest"
import { behaviourOfWorkers } from "../node/behaviourOfWorkers.ts"
import { kinds } from "../node/remoteExecutors/support.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

// For threads: `test/node/remoteExecutors.test.ts`.
behaviourOfWorkers(kinds.slice(1))
