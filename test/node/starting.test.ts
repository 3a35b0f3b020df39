import { assert, describe, it, vi } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { Executor, InvalidOptionsError, TaskModuleError, TaskTimeoutError, WorkerCrashedError } from "effect-futures"
import * as fs from "node:fs"
import { defectOf } from "../support/defectOf.ts"
import { assertInvalid, assertTimeout, badCounts, badTimeouts, until } from "../behaviour/support.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { kinds, traces } from "./remoteExecutors/support.ts"
import { Endless, Missing, Unbuildable } from "./starting/broken.ts"
import { Exiting } from "./starting/exits.ts"
import { Noting } from "./starting/noting.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

const noting = Effect.map(traces, ({ file, lines }) => ({
  env: { ...process.env, NOTES: file },
  lines,
  file,
  /** Where files were imported, layers built, or workers started. */
  where: (what: string) => lines().flatMap((line) => (line.startsWith(what) ? [line.slice(what.length + 1)] : []))
}))

const workersOf = (executor: Executor.Executor<unknown>) => Effect.map(Executor.stats(executor), (_) => _.workers)

describe.each(kinds)("%s: make", (_, make) => {
  it.effect("returns when minWorkers are ready", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* workersOf(yield* make({ minWorkers: 2, maxWorkers: 2 })), 2)
    })
  )

  it.effect("returns at once without minWorkers, and makes no worker", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* workersOf(yield* make({ maxWorkers: 2 })), 0)
    })
  )

  it.effect("dies if a worker cannot be started", () =>
    Effect.gen(function* () {
      const notes = yield* noting
      const execArgv = [
        "--conditions=effect-futures-source",
        "--import",
        new URL("./remoteExecutors/failStart.ts", import.meta.url).href
      ]
      const env = { ...notes.env, NOTE_STARTS_IN: notes.file }
      const defect = yield* defectOf(make({ minWorkers: 1, env, execArgv }))
      assert.instanceOf(defect, WorkerCrashedError)
      assert.include(String(defect), "no start today")
    })
  )

  it.effect("dies if a worker does not become ready within startTimeout", () =>
    Effect.gen(function* () {
      const { hanging } = yield* hangs
      assertTimeout(yield* defectOf(make({ minWorkers: 1, startTimeout: "300 millis", ...hanging })), {
        task: "make",
        millis: 300,
        phase: "starting"
      })
    })
  )

  it.effect("says which option has which value, and what is allowed", () =>
    Effect.gen(function* () {
      for (const [startTimeout, shown] of badTimeouts) {
        const error = yield* defectOf(make({ startTimeout: startTimeout as never }))
        assertInvalid(error, { option: "startTimeout", value: startTimeout, shown, allowed: "more than zero" })
      }
      for (const [maxAttempts, shown] of badCounts) {
        const error = yield* defectOf(make({ maxAttempts: maxAttempts as never }))
        assertInvalid(error, { option: "maxAttempts", value: maxAttempts, shown, allowed: "at least 1" })
      }
      const noArray = yield* defectOf(make({ preload: Noting as never }))
      assert.instanceOf(noArray, InvalidOptionsError)
      assert.include(String(noArray), "an array of task modules")
      for (const [value, shown] of [
        [{}, "{}"],
        [null, "null"],
        [Noting.here, "[Function"]
      ] as const) {
        const error = yield* defectOf(make({ preload: [Noting, value as never] }))
        assertInvalid(error, { option: "preload[1]", value, shown, allowed: "as Task.module gives" })
      }
      // None of them has started anything.
      yield* make({ startTimeout: Infinity, maxAttempts: 1, preload: [] })
    })
  )
})

const hangs = Effect.map(noting, (notes) => {
  const marker = `${notes.file}.hangs`
  fs.writeFileSync(marker, "")
  const file = new URL("./starting/hangs.ts", import.meta.url).href
  const execArgv = ["--conditions=effect-futures-source", "--import", file]
  return {
    ...notes,
    hanging: { env: { ...notes.env, HANGS_IF: marker }, execArgv },
    hangNoMore: Effect.sync(() => fs.rmSync(marker))
  }
})

describe.each(kinds)("%s: startTimeout", (_, make) => {
  it.effect("fails what waits for a worker that does not become ready, and the worker is replaced", () =>
    Effect.gen(function* () {
      const { hanging, hangNoMore, lines } = yield* hangs
      const executor = yield* make({ maxWorkers: 1, startTimeout: "2 seconds", ...hanging })
      const first = yield* executor.submit(Tasks.add(1, 2), { name: "first" })
      yield* until(() => lines().length === 1)
      // The later task has waited for less long.
      const second = yield* executor.submit(Tasks.add(3, 4), { name: "second" })
      yield* hangNoMore
      assertTimeout(yield* Effect.flip(first), { task: "first", millis: 2000, phase: "starting" })
      assert.strictEqual(yield* second, 7)
      assert.strictEqual(lines().length, 2)
      const { failed, timedOut } = yield* Executor.stats(executor)
      assert.deepStrictEqual([failed, timedOut], [0, 1])
    })
  )
})

describe.each(kinds)("%s: preload", (_, make) => {
  it.effect("has imported the file and built the layer in each worker when make returns", () =>
    Effect.gen(function* () {
      const { env, where } = yield* noting
      const executor = yield* make({ minWorkers: 2, maxWorkers: 2, preload: [Noting], env })
      const workers = where("built")
      assert.deepStrictEqual([where("imported").length, workers.length], [2, 2])
      assert.include(workers, yield* Executor.run(executor, Noting.here()))
      assert.deepStrictEqual([where("imported").length, where("built").length], [2, 2])
    })
  )

  it.effect("has one worker ready where nothing is said of minWorkers, and takes other tasks too", () =>
    Effect.gen(function* () {
      const { env, where } = yield* noting
      const executor = yield* make({ maxWorkers: 2, preload: [Noting, Tasks], env })
      assert.strictEqual(where("built").length, 1)
      assert.strictEqual(yield* workersOf(executor), 1)
      assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
    })
  )

  it.effect("is done in workers that take the place of others, and in spares", () =>
    Effect.gen(function* () {
      const { env, where } = yield* noting
      const executor = yield* make({ maxWorkers: 1, spares: 1, preload: [Noting], env })
      yield* until(() => where("built").length === 2)
      const first = yield* Executor.run(executor, Noting.here())
      yield* Effect.exit(Executor.run(executor, Noting.exit()))
      const second = yield* Executor.run(executor, Noting.here())
      assert.notStrictEqual(second, first)
      assert.include(where("built").slice(0, 2), second)
      yield* until(() => where("built").length === 3)
    })
  )

  it.effect("is not needed for spares: they import the files that others run functions of, and build no layer", () =>
    Effect.gen(function* () {
      const { env, where } = yield* noting
      const executor = yield* make({ maxWorkers: 1, spares: 1, env })
      const first = yield* Executor.run(executor, Noting.here())
      yield* until(() => where("imported").length === 2)
      assert.deepStrictEqual(where("built"), [first])
      yield* Effect.exit(Executor.run(executor, Noting.exit()))
      const second = yield* Executor.run(executor, Noting.here())
      assert.notStrictEqual(second, first)
      assert.include(where("imported").slice(0, 2), second)
    })
  )

  it.effect("of what cannot be loaded fails make with TaskModuleError", () =>
    Effect.gen(function* () {
      const notes = yield* noting
      const env = { ...notes.env, IN_WORKER: "yes" }
      const cases = [
        [Missing, "missing.ts", "missing.ts"],
        [Unbuildable, "broken.ts", "no layer today"],
        [Exiting, "exits.ts", "exited with code 4"]
      ] as const
      for (const [module, file, reason] of cases) {
        const error = yield* Effect.flip(make({ minWorkers: 1, preload: [module], env }))
        if (!(error instanceof TaskModuleError)) return assert.fail(String(error))
        assert.include(error.url, file)
        assert.include(String(error.reason), reason)
      }
    })
  )

  it.effect("of a layer that is never ready fails make after startTimeout", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(make({ preload: [Endless], startTimeout: "5 seconds" }))
      if (!(error instanceof TaskModuleError)) return assert.fail(String(error))
      assert.instanceOf(error.reason, TaskTimeoutError)
      assert.strictEqual((error.reason as TaskTimeoutError).phase, "starting")
    })
  )

  it.effect("that fails in a worker which is needed later fails the tasks that wait for it", () =>
    Effect.gen(function* () {
      const executor = yield* make({ minWorkers: 0, preload: [Unbuildable] })
      const exit = yield* Effect.exit(Executor.run(executor, Tasks.add(1, 2)))
      const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      assert.instanceOf(error, TaskModuleError)
    })
  )
})
