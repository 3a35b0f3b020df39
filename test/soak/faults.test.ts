import { describe, it, vi } from "@effect/vitest"
import { kinds } from "../node/remoteExecutors/support.ts"
import { alone, duringShutdown, withOthers } from "../node/faults/situations.ts"
import { parentFaults } from "../node/faults/parentFaults.ts"
import { faults } from "../node/faults/tasks.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 600_000 })

// Alone in a thread: `test/node/faults/matrix.test.ts`.
describe.each(kinds)(
  "%s: a call ends as it should, and the pool is whole, if what is done, in any step of its way,",
  (kind, make) => {
    describe.each(faults)("%s", (fault) => {
      // Most of the time they wait until something is over.
      const options = { concurrent: fault === "is too slow" }

      if (kind === "ProcessExecutor") it.live("alone in its worker", () => alone(kind, make, fault), options)

      it.live("with others in its worker", () => withOthers(kind, make, fault), options)

      it.live("during a shutdown", () => duringShutdown(kind, make, fault), options)
    })
  }
)

parentFaults("ProcessExecutor")
