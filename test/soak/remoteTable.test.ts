import { vi } from "@effect/vitest"
import { TestClock } from "effect/testing"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { behaviour } from "../behaviour/behaviour.ts"
import { socketGate } from "../behaviour/Gate.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

// The first parts of the table are in `test/node/ThreadExecutor.test.ts` and `ProcessExecutor.test.ts`.
behaviour("ThreadExecutor", { make: ThreadExecutor.make, gate: socketGate, elapse: TestClock.adjust }, [
  "workers",
  "engine"
])
behaviour("ProcessExecutor", { make: ProcessExecutor.make, gate: socketGate, elapse: TestClock.adjust }, [
  "workers",
  "engine"
])
