import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Executor, Future } from "effect-futures"
import * as fs from "node:fs"
import { socketGate } from "../behaviour/Gate.ts"
import { assertTimeout, letOthersRun, until } from "../behaviour/support.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { Decoded } from "./clock/decoded.ts"
import { Endless } from "./clock/endless.ts"
import { Gated } from "./clock/gated.ts"
import { Layered } from "./clock/layered.ts"
import { Slow } from "./clock/slow.ts"
import { kinds, traces } from "./remoteExecutors/support.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

describe.each(kinds)("%s: a task's timeout", (_, make) => {
  it.effect("does not count the import of its file", () =>
    Effect.gen(function* () {
      const door = yield* socketGate
      const env = { ...process.env, IMPORT_GATE: door.address }
      const executor = yield* make({ maxWorkers: 2, timeout: "1 minute", env })
      const futures = [
        yield* executor.submit(Gated.name("name")),
        yield* executor.submit(Gated.later("later")),
        yield* executor.submit(Gated.effect("effect")),
        yield* executor.submit(Gated.name("last"))
      ]
      const never = yield* executor.submit(Gated.never(), { priority: 1, name: "never" })
      yield* door.untilArrived(2)
      yield* TestClock.adjust("1 hour")
      yield* letOthersRun
      assert.isFalse([...futures, never].some(Future.isDone))
      yield* door.open
      assert.deepStrictEqual(yield* Future.all(futures), ["name", "later", "effect", "last"])
      yield* until(() => Future.isRunning(never))
      // Whenever the worker's word of the call has come.
      yield* TestClock.adjust("1 minute").pipe(Effect.repeat({ until: () => Future.isDone(never) }))
      assertTimeout(yield* Effect.flip(never), { task: "never", millis: 60_000, phase: "running" })
    })
  )

  it.effect("does not count the building of its layer", () =>
    Effect.gen(function* () {
      const door = yield* socketGate
      const env = { ...process.env, LAYER_GATE: door.address }
      const executor = yield* make({ maxWorkers: 1, timeout: "1 minute", env })
      const futures = [yield* executor.submit(Layered.name("one")), yield* executor.submit(Layered.name("other"))]
      yield* door.untilArrived(1)
      yield* TestClock.adjust("1 hour")
      yield* letOthersRun
      assert.isFalse(futures.some(Future.isDone))
      yield* door.open
      assert.deepStrictEqual(yield* Future.all(futures), ["one", "other"])
    })
  )

  it.effect("does not count the decoding of its arguments", () =>
    Effect.gen(function* () {
      const { file } = yield* traces
      // With no limit to how often it gets its minute again: this hour is none to the worker.
      const executor = yield* make({ maxWorkers: 1, startTimeout: Infinity, timeout: "1 minute" })
      for (const name of [`${file}-cold`, `${file}-warm`]) {
        const future = yield* executor.submit(Decoded.take(name))
        yield* until(() => fs.existsSync(`${name}.waits`))
        yield* TestClock.adjust("1 hour")
        yield* letOthersRun
        assert.isFalse(Future.isDone(future), name)
        fs.writeFileSync(name, "")
        assert.strictEqual(yield* future, name)
      }
    })
  )

  // Five times as long an import as the timeout, and a timeout that a busy machine does not use up between two lines.
  it.live("of half a second is enough for tasks of a file that takes far longer to import, in new workers", () =>
    Effect.gen(function* () {
      const env = { ...process.env, SLOW_IMPORT: "2500" }
      const executor = yield* make({ maxWorkers: 2, timeout: "500 millis", env })
      const numbers = Array.from({ length: 10 }, (_, n) => n)
      const futures = yield* Effect.forEach(numbers, (n) => executor.submit(Slow.double(n)))
      assert.deepStrictEqual(
        yield* Future.all(futures),
        numbers.map((n) => n * 2)
      )
    })
  )
})

describe.each(kinds)("%s: a worker that does not get ready for a task within startTimeout", (_, make) => {
  it.effect.each(["spins", "waits"])("fails the task and is replaced, where an import never ends: it %s", (how) =>
    Effect.gen(function* () {
      const env = { ...process.env, ENDLESS: how }
      const executor = yield* make({ maxWorkers: 1, startTimeout: "2 seconds", timeout: "1 millis", env })
      const endless = yield* executor.submit(Endless.nothing(), { name: "endless" })
      const next = yield* executor.submit(Tasks.add(1, 2), { timeout: Infinity })
      assertTimeout(yield* Effect.flip(endless), { task: "endless", millis: 2000, phase: "starting" })
      assert.strictEqual(yield* next, 3)
    })
  )

  it.effect("fails the task and is replaced, where a layer is never built", () =>
    Effect.gen(function* () {
      const door = yield* socketGate
      const env = { ...process.env, LAYER_GATE: door.address }
      const executor = yield* make({ maxWorkers: 1, startTimeout: "2 seconds", timeout: "1 millis", env })
      const endless = yield* executor.submit(Layered.name("it"), { name: "endless" })
      const next = yield* executor.submit(Tasks.add(1, 2), { timeout: Infinity })
      assertTimeout(yield* Effect.flip(endless), { task: "endless", millis: 2000, phase: "starting" })
      assert.strictEqual(yield* next, 3)
      // Another worker builds another layer.
      yield* door.open
      assert.strictEqual(yield* Executor.run(executor, Layered.name("it"), { timeout: Infinity }), "it")
    })
  )
})
