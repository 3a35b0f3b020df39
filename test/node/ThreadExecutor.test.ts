import { TestClock } from "effect/testing"
import { ThreadExecutor } from "effect-futures/node"
import { behaviour } from "../behaviour/behaviour.ts"
import { socketGate } from "../behaviour/Gate.ts"

behaviour("ThreadExecutor", { make: ThreadExecutor.make, gate: socketGate, elapse: TestClock.adjust })
