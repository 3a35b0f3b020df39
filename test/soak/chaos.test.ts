import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { eventually } from "../behaviour/support.ts"
import { cutProcesses, kinds } from "../node/remoteExecutors/support.ts"
import { seed } from "../node/reliability/reliabilityOptions.ts"
import { describeFaults, weather } from "../node/reliability/storm.ts"
import { whatIsOpenAfter, whatIsOpenAtRest } from "../node/reliability/whatIsOpen.ts"
import { watchTurns } from "../support/watchTurns.ts"

const count = Number(process.env["EFFECT_FUTURES_SOAK_TASKS"] ?? 200_000)

// Against hanging only.
vi.setConfig({ testTimeout: 1_800_000 })

describe.each([...kinds, cutProcesses])("%s", (kind, make) => {
  it.live(`${count} tasks with all kinds of faults end once each, and right, and nothing is left`, () =>
    Effect.gen(function* () {
      // Handles that the first executor of a program opens for all later ones.
      yield* Effect.scoped(weather(kind, make, { count: 50, seed, maxWorkers: 2 }))
      const before = yield* whatIsOpenAtRest
      const delays = monitorEventLoopDelay({ resolution: 10 })
      delays.enable()
      const turns = watchTurns()
      const start = performance.now()
      let watched = { longest: 0, over: 0 }
      const whenOver = () => {
        delays.disable()
        watched = turns.stop(50)
      }
      const options = { count, seed, maxWorkers: 2 }
      const { faults } = yield* Effect.scoped(weather(kind, make, options, whenOver))
      const { longest, over } = watched
      const millis = (nanos: number) => `${(nanos / 1e6).toFixed(1)} ms`
      const rate = Math.round(count / ((performance.now() - start) / 1000))
      const delay = `median ${millis(delays.percentile(50))}, 99.9 % ${millis(delays.percentile(99.9))}`
      console.log(`${kind}: ${rate} tasks/s; delays of the event loop: ${delay}, longest ${millis(delays.max)}`)
      console.log(`${kind}: the longest turn of the event loop took ${longest.toFixed(1)} ms of the processor`)
      assert.isEmpty(faults, describeFaults(seed, faults))
      // A machine that is a guest may stand still within a turn, now and then; what we block the loop with comes again.
      assert.isAtMost(over, Math.ceil(count / 50_000))
      // A write to the output may be on its way.
      yield* eventually(whatIsOpenAfter(before), before)
    })
  )
})
