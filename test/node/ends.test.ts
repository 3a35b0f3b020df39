import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Executor, WorkerCrashedError } from "effect-futures"
import { socketGate } from "../behaviour/Gate.ts"
import { eventually, recordEvents } from "../behaviour/support.ts"
import { kinds } from "./remoteExecutors/support.ts"
import { Ending } from "./ends/tasks.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

const crashed = (executor: Executor.Executor<unknown>) => Effect.map(Executor.stats(executor), (_) => _.crashed)

/** The warnings of an executor, and a layer for it to log to. */
const logged = () => {
  const warnings: Array<string> = []
  const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
    if (logLevel === "Warn") warnings.push(`${String(message)} ${String(cause)}`)
  })
  return { warnings, layer: Logger.layer([logger]) }
}

/** Why the workers of an executor have ended, with what killed them. */
const endsIn = (events: ReadonlyArray<Executor.Event>) =>
  events.flatMap((event) => (event._tag === "WorkerEnded" ? [[event.reason, event.error] as const] : []))

describe.each(kinds)("%s: the end of a worker", (_, make) => {
  it.effect("that dies between tasks is logged, counted and told, with its error", () =>
    Effect.gen(function* () {
      const { layer, warnings } = logged()
      const executor = yield* make({ name: "mortal", maxWorkers: 1 }).pipe(Effect.provide(layer))
      const recording = yield* recordEvents(executor)
      const door = yield* socketGate
      yield* Executor.run(executor, Ending.throwLater(door.address))
      yield* door.open
      yield* eventually(crashed(executor), 1)
      assert.strictEqual(warnings.length, 1)
      assert.include(warnings[0], `"mortal/worker-1" died between tasks`)
      assert.include(warnings[0], "long after the task")
      // Another one takes its place.
      yield* Executor.run(executor, Ending.nothing())
      yield* Executor.shutdown(executor)
      const [[reason, error], ...others] = endsIn(yield* Fiber.join(recording)) as [readonly [string, unknown]]
      assert.strictEqual(reason, "crashed")
      assert.include(String(error), "long after the task")
      assert.deepStrictEqual(others, [["closed", undefined]])
    })
  )

  it.effect("that exits between tasks is told with its code", () =>
    Effect.gen(function* () {
      const { layer, warnings } = logged()
      const executor = yield* make({ maxWorkers: 1 }).pipe(Effect.provide(layer))
      const recording = yield* recordEvents(executor)
      const door = yield* socketGate
      yield* Executor.run(executor, Ending.exitLater(door.address))
      yield* door.open
      yield* eventually(crashed(executor), 1)
      assert.include(warnings.join(), "it exited with code 3")
      yield* Executor.shutdown(executor)
      assert.include(endsIn(yield* Fiber.join(recording)).join(), "it exited with code 3")
    })
  )

  it.effect("that takes a task with it is counted and told; the task's error says it, and no log", () =>
    Effect.gen(function* () {
      const { layer, warnings } = logged()
      const executor = yield* make({ maxWorkers: 1 }).pipe(Effect.provide(layer))
      const recording = yield* recordEvents(executor)
      assert.instanceOf(yield* Effect.flip(Executor.run(executor, Ending.exitNow())), WorkerCrashedError)
      yield* eventually(crashed(executor), 1)
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(
        endsIn(yield* Fiber.join(recording)).map(([reason]) => reason),
        ["crashed"]
      )
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.effect("that nothing has used for long enough, or that has done its number of tasks, is no crash", () =>
    Effect.gen(function* () {
      const { layer, warnings } = logged()
      const idle = yield* make({ maxWorkers: 1, idleTimeToLive: "1 minute" }).pipe(Effect.provide(layer))
      const retiring = yield* make({ maxWorkers: 1, maxTasksPerWorker: 1 }).pipe(Effect.provide(layer))
      const recordings = [yield* recordEvents(idle), yield* recordEvents(retiring)]
      yield* Executor.run(idle, Ending.nothing())
      yield* TestClock.adjust("1 minute")
      yield* eventually(
        Effect.map(Executor.stats(idle), ({ workers }) => workers),
        0
      )
      yield* Executor.run(retiring, Ending.nothing())
      yield* Executor.run(retiring, Ending.nothing())
      for (const executor of [idle, retiring]) yield* Executor.shutdown(executor)
      const [ofIdle, ofRetiring] = yield* Effect.forEach(recordings, Fiber.join)
      assert.deepStrictEqual(endsIn(ofIdle!), [["idle", undefined]])
      assert.deepStrictEqual(endsIn(ofRetiring!), [
        ["retired", undefined],
        ["retired", undefined]
      ])
      assert.deepStrictEqual([yield* crashed(idle), yield* crashed(retiring), warnings], [0, 0, []])
    })
  )
})
