import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { kinds } from "../node/remoteExecutors/support.ts"
import { runPrinting } from "../node/remote/runPrinting.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 600_000 })

describe.each(kinds)("%s", (kind) => {
  it.live(
    "a hundred of them, each closed as soon as its tasks have printed a thousand lines, print 100,000 lines",
    () =>
      Effect.gen(function* () {
        const { err, out } = yield* runPrinting(kind, { lines: 500, executors: 100 })
        assert.strictEqual(out.length, 100_000)
        for (const name of ["a", "b"]) {
          const own = out.filter((line) => line.startsWith(`${name} `))
          assert.isTrue(own.every((line, i) => line.startsWith(`${name} ${i % 500} `)))
          assert.strictEqual(err.split(`${name} has printed`).length, 101)
        }
      })
  )
})
