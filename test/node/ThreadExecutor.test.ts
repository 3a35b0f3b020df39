import { vi } from "@effect/vitest"
import { TestClock } from "effect/testing"
import { ThreadExecutor } from "effect-futures/node"
import { behaviour } from "../behaviour/behaviour.ts"
import { socketGate } from "../behaviour/Gate.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

// The other parts of the table: `test/soak/remoteTable.test.ts`. Time limits are counted on the submitter's clock, wherever the task runs.
behaviour("ThreadExecutor", { make: ThreadExecutor.make, gate: socketGate, elapse: TestClock.adjust }, ["transport"])
