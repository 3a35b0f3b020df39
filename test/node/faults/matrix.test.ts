import { describe, it, vi } from "@effect/vitest"
import { kinds } from "../remoteExecutors/support.ts"
import { alone } from "./situations.ts"
import { faults } from "./tasks.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 180_000 })

// With others in its worker, and during a shutdown: `test/soak/faults.test.ts`.
describe.each(kinds)(
  "%s: a call ends as it should, and the pool is whole, if what is done, in any step of its way,",
  (kind, make) => {
    for (const fault of faults) {
      // Most of the time they wait until something is over.
      it.live(fault, () => alone(kind, make, fault), { concurrent: fault === "is too slow" })
    }
  }
)
