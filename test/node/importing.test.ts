import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { Executor, Future } from "effect-futures"
import { kinds } from "./remoteExecutors/support.ts"
import { EndlessImport } from "./tasks/endlessImport.ts"
import { SlowImport } from "./tasks/slowImport.ts"
import { Tasks } from "../behaviour/tasks.ts"

describe.each(kinds)("%s, while a file is imported", (_, make) => {
  it.live("the time of no task runs: each has its own from the call of its function on", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const first = yield* executor.submit(SlowImport.note(1), { timeout: "400 millis" })
      const second = yield* executor.submit(SlowImport.note(2), { timeout: "400 millis" })
      assert.deepStrictEqual((yield* first).ran, [1])
      assert.deepStrictEqual((yield* second).ran, [1, 2])
    }).pipe(Effect.scoped)
  )

  it.live("a task that is cancelled leaves its worker importing the file for the others", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const first = yield* executor.submit(SlowImport.note(1))
      const second = yield* executor.submit(SlowImport.note(2))
      yield* Future.cancel(first)
      const { ran, worker } = yield* second
      assert.deepStrictEqual(ran, [2])
      assert.strictEqual((yield* yield* executor.submit(SlowImport.note(3))).worker, worker)
      assert.strictEqual((yield* Executor.stats(executor)).workers, 1)
    }).pipe(Effect.scoped)
  )

  it.live("a task that is cancelled does not run, and harms no other that waits for the same file", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, concurrency: 3 })
      const [one, two, three] = yield* Effect.forEach([1, 2, 3], (n) => executor.submit(SlowImport.note(n)))
      // All three wait for the file now, or for their worker.
      yield* Future.cancel(two!)
      assert.isTrue(Exit.isFailure(yield* Future.await(two!)))
      yield* one!
      assert.deepStrictEqual((yield* three!).ran, [1, 3])
    }).pipe(Effect.scoped)
  )

  it.live("a task that spins as soon as the file is there takes nothing from the others that wait for it", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, concurrency: 3 })
      const spinner = yield* executor.submit(SlowImport.spin(), { timeout: "1 second" })
      const [one, two] = yield* Effect.forEach([1, 2], (n) => executor.submit(SlowImport.note(n)))
      assert.strictEqual((yield* Effect.flip(spinner))._tag, "TaskTimeoutError")
      yield* one!
      assert.deepStrictEqual((yield* two!).ran, [1, 2])
    }).pipe(Effect.scoped)
  )

  it.live("one that never ends costs its worker, and the next task gets another", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, startTimeout: "3 seconds" })
      const never = yield* executor.submit(EndlessImport.never(), { timeout: "400 millis" })
      const next = yield* executor.submit(Tasks.nothing())
      const error = yield* Effect.flip(never)
      assert.deepStrictEqual([error._tag, "phase" in error && error.phase], ["TaskTimeoutError", "starting"])
      yield* next
    }).pipe(Effect.scoped)
  )

  it.live("the executor closes though the file never ends", () =>
    Effect.gen(function* () {
      const never = yield* Effect.scoped(
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 1, grace: "50 millis" })
          return yield* executor.submit(EndlessImport.never())
        })
      )
      assert.isTrue(Exit.isFailure(yield* Future.await(never)))
    })
  )
})
