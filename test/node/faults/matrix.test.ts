import { describe, it, vi } from "@effect/vitest"
import { kinds } from "../remoteExecutors/support.ts"
import { alone } from "./situations.ts"
import { faults } from "./tasks.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 180_000 })

// With others in its worker, during a shutdown, and in processes: `test/soak/faults.test.ts`.
describe.each(kinds.slice(0, 1))(
  "%s: a call ends as it should, and the pool is whole, if what is done, in any step of its way,",
  (kind, make) => {
    for (const fault of faults) {
      // Most of the time they wait until something is over.
      it.live(fault, () => alone(kind, make, fault), { concurrent: fault === "is too slow" })
    }
  }
)
