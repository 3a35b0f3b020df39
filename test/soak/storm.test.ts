import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { cutProcesses, kinds } from "../node/remoteExecutors/support.ts"
import { seed } from "../node/reliability/reliabilityOptions.ts"
import { describeFaults, weather } from "../node/reliability/storm.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 300_000 })

describe.each([...kinds, cutProcesses])("%s: in a storm of crashes, endless loops, errors and stops", (kind, make) => {
  // More of them: `test/soak/chaos.test.ts`.
  const count = 300

  it.live(`${count} tasks end once each, and right; the good ones ran once; the pool is whole`, () =>
    Effect.gen(function* () {
      const { faults, storm } = yield* weather(kind, make, { count, seed, maxWorkers: 2 })
      assert.isEmpty(faults, describeFaults(seed, faults))
      // So that this cannot come true because nothing happened.
      const endings = new Set(storm.seen.map(({ look, sort }) => `${sort.name} ${look.state}`))
      assert.isAbove(endings.size, 15)
    })
  )

  it.live("the same holds where workers do several tasks at a time, and are replaced now and then", () =>
    Effect.gen(function* () {
      const options = { count: count / 5, seed, maxWorkers: 2, concurrency: 4, maxTasksPerWorker: 100, spares: 1 }
      const { faults } = yield* weather(kind, make, options)
      assert.isEmpty(faults, describeFaults(seed, faults))
    })
  )
})
