import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import type { RemoteWorker } from "../../../src/internal/remote/client/RemoteWorker.ts"
import { StandbyWorkers } from "../../../src/internal/remote/client/StandbyWorkers.ts"

// All that is asked of a worker here.
const fake = () => ({ isAlive: true }) as RemoteWorker

const counted = () => {
  const started: Array<RemoteWorker> = []
  const imported: Array<string> = []
  const start = Effect.sync(() => {
    const worker = fake()
    started.push(worker)
    return worker
  })
  const importFile = (worker: RemoteWorker, url: string) =>
    Effect.sync(() => void imported.push(`${started.indexOf(worker)} ${url}`))
  return { started, imported, start, importFile }
}

describe("StandbyWorkers", () => {
  it.effect("anticipate starts one ahead of the need, and the next who needs one gets it", () =>
    Effect.gen(function* () {
      const { importFile, imported, start, started } = counted()
      const standby = new StandbyWorkers(0, start, importFile)
      const first = yield* standby.take(start)
      standby.uses("file:///a.ts", "f")
      standby.anticipate()
      standby.anticipate()
      assert.strictEqual(started.length, 2)
      assert.deepStrictEqual(imported, ["1 file:///a.ts"])
      const second = yield* standby.take(start)
      assert.notStrictEqual(second, first)
      assert.strictEqual(started.length, 2)
      yield* standby.close
    })
  )

  it.effect("who needs one waits for its imports, and gets another if one is of no use after them", () =>
    Effect.gen(function* () {
      const { start, started } = counted()
      const imports = yield* Deferred.make<void, string>()
      const standby = new StandbyWorkers(0, start, () => Deferred.await(imports))
      standby.uses("file:///a.ts", "f")
      standby.anticipate()
      const taking = yield* Effect.forkChild(standby.take(start), { startImmediately: true })
      assert.strictEqual(taking.pollUnsafe(), undefined)
      yield* Deferred.fail(imports, "it died")
      assert.strictEqual(yield* Fiber.join(taking), started[1])
      yield* standby.close
    })
  )

  it.effect("closed, it starts none any more", () =>
    Effect.gen(function* () {
      const { importFile, start, started } = counted()
      const standby = new StandbyWorkers(1, start, importFile)
      yield* standby.close
      standby.anticipate()
      assert.strictEqual(started.length, 0)
    })
  )
})
