import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { Executor, Future } from "effect-futures"
import { kinds } from "./distant/support.ts"
import { EndlessImport } from "./tasks/endlessImport.ts"
import { SlowImport } from "./tasks/slowImport.ts"
import { Tasks } from "../behaviour/tasks.ts"

describe.each(kinds)("%s, while a file is imported", (_, make) => {
  it.live("a task that times out does not run, and its worker goes on importing the file for the others", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const first = yield* executor.submit(SlowImport.note(1), { timeout: "100 millis" })
      const second = yield* executor.submit(SlowImport.note(2), { timeout: "150 millis" })
      const third = yield* executor.submit(SlowImport.note(3))
      for (const each of [first, second]) assert.strictEqual((yield* Effect.flip(each))._tag, "TaskTimeoutError")
      const { ran, worker } = yield* third
      assert.deepStrictEqual(ran, [3])
      assert.strictEqual((yield* yield* executor.submit(SlowImport.note(4))).worker, worker)
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
      const executor = yield* make({ maxWorkers: 1 })
      const never = yield* executor.submit(EndlessImport.never(), { timeout: "100 millis" })
      const next = yield* executor.submit(Tasks.nothing())
      assert.strictEqual((yield* Effect.flip(never))._tag, "TaskTimeoutError")
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
