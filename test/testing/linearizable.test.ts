import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Queue, Ref, Schema } from "effect"
import { Executor, FiberExecutor, Future, InvalidOptionsError, KitchenTimer } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { defectOf } from "../support/defectOf.ts"
import { queueModel, small, some, violationOf } from "./linearizableSupport.ts"

// Other broken objects, and what Effect has, are in test/soak.
describe("linearizable: what is broken is found", () => {
  it.live("a counter in two steps", () =>
    Effect.gen(function* () {
      const { calls, failure } = yield* violationOf(
        Interleave.linearizable({
          make: Ref.make(0),
          operations: {
            increment: { run: (ref) => Effect.flatMap(Ref.get(ref), (n) => Ref.set(ref, n + 1)) },
            get: { run: (ref) => Ref.get(ref) }
          },
          model: {
            make: () => ({ count: 0 }),
            operations: { increment: (state) => void state.count++, get: (state) => state.count }
          }
        })
      )
      assert.strictEqual(calls, 3)
      assert.include(failure.message, "No order of these calls")
      assert.include(failure.message, "get() = 1")
    })
  )
})

describe("linearizable: what this library has is found to be right", () => {
  it.live("Future: settled once, and all see the same", () =>
    Interleave.linearizable({
      ...some,
      make: Future.make<number>(),
      operations: {
        succeed: { args: [small], run: (future, value: number) => Effect.isSuccess(Future.succeed(future, value)) },
        join: { run: (future) => Future.join(future), interruption: "nothing" },
        isDone: { run: (future) => Effect.sync(() => Future.isDone(future)) }
      },
      model: {
        make: () => ({ value: undefined as number | undefined }),
        operations: {
          succeed: (state, value: number) => {
            if (state.value !== undefined) return false
            state.value = value
            return true
          },
          join: (state) => state.value ?? Interleave.blocked,
          isDone: (state) => state.value !== undefined
        }
      }
    })
  )

  it.live("KitchenTimer: started once, stopped once", () =>
    Interleave.linearizable({
      ...some,
      make: KitchenTimer.make(),
      operations: {
        start: { run: (timer) => KitchenTimer.startIfStopped(timer, "1 hour", () => {}) },
        stop: { run: (timer) => KitchenTimer.stopIfRunning(timer) }
      },
      model: {
        make: () => ({ isRunning: false }),
        operations: {
          start: (state) => {
            if (state.isRunning) return false
            return (state.isRunning = true)
          },
          stop: (state) => {
            if (!state.isRunning) return false
            state.isRunning = false
            return true
          }
        }
      }
    })
  )
})

describe("linearizable: executors", () => {
  /** A count for each key, in two steps: right only if the tasks of a key run one at a time. */
  const counting = (counts: Map<string, number>, key: string) =>
    Effect.gen(function* () {
      const count = counts.get(key) ?? 0
      yield* Effect.yieldNow
      counts.set(key, count + 1)
      return count + 1
    })
  const model = {
    make: () => ({ counts: {} as Record<string, number> }),
    operations: {
      count: ({ counts }: { readonly counts: Record<string, number> }, key: string) =>
        (counts[key] = (counts[key] ?? 0) + 1)
    }
  }
  const key = Arbitrary.schema(Schema.Literals(["a", "b"]))
  const executorOf = (maxWorkers: number) =>
    Effect.gen(function* () {
      return { executor: yield* FiberExecutor.make({ maxWorkers }), counts: new Map<string, number>() }
    })

  it.live("keyed runs the tasks of a key one at a time", () =>
    Interleave.linearizable({
      ...some,
      make: Effect.gen(function* () {
        const { counts, executor } = yield* executorOf(2)
        return { counts, keyed: yield* Executor.keyed(executor) }
      }),
      operations: {
        count: {
          args: [key],
          run: ({ counts, keyed }, key: string) => Executor.run(keyed.get(key), counting(counts, key))
        }
      },
      model,
      length: 2
    })
  )

  it.live("the queue of an executor with one worker runs each task once, one at a time", () =>
    Interleave.linearizable({
      ...some,
      make: executorOf(1),
      operations: {
        count: {
          args: [key],
          run: ({ counts, executor }, key: string) => Executor.run(executor, counting(counts, key))
        }
      },
      model,
      length: 2
    })
  )

  it.live("one with two workers does not, and that is found", () =>
    Effect.gen(function* () {
      const { calls } = yield* violationOf(
        Interleave.linearizable({
          make: executorOf(2),
          operations: {
            count: {
              args: [key],
              run: ({ counts, executor }, key: string) => Executor.run(executor, counting(counts, key))
            }
          },
          model,
          length: 2
        })
      )
      assert.isAtMost(calls, 3)
    })
  )
})

describe("linearizable: what it is given", () => {
  it.live("proves a scenario if all its schedules were tried", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.linearizable({
        make: Queue.unbounded<number>(),
        operations: {
          offer: { args: [small], run: (queue, item: number) => Queue.offer(queue, item) },
          size: { run: (queue) => Queue.size(queue) }
        },
        model: {
          make: queueModel.make,
          operations: { offer: queueModel.operations.offer, size: queueModel.operations.size }
        },
        length: 2,
        scenarios: 3,
        maxPreemptions: 1,
        maxSchedules: 100_000
      })
      assert.isTrue(report.complete)
      assert.strictEqual(report.scenarios, 3)
    })
  )

  it.live("compares failures with those of the model", () =>
    Effect.gen(function* () {
      const checking = (error: string) =>
        Interleave.linearizable({
          ...some,
          make: Effect.void,
          operations: { fail: { run: () => Effect.fail("no") } },
          model: { make: () => 0, operations: { fail: () => Interleave.failing(error) } }
        })
      yield* checking("no")
      const { failure } = yield* violationOf(checking("other"))
      assert.include(failure.message, `fails with "no"`)
    })
  )

  it.live("shows what is in the values of a history, cut to a part of a line", () =>
    Effect.gen(function* () {
      const checking = Interleave.linearizable({
        ...some,
        make: Effect.void,
        operations: { find: { run: () => Effect.succeed({ id: 1, tags: ["a"], text: "x".repeat(200) }) } },
        model: { make: () => 0, operations: { find: () => ({ id: 2 }) } }
      })
      const { failure } = yield* violationOf(checking)
      assert.include(failure.message, `find() = {"id":1,"tags":["a"],"text":"x`)
      assert.isTrue(failure.message.split("\n").every((line) => line.length < 200))
    })
  )

  const right = {
    make: Effect.void,
    operations: { go: { run: () => Effect.void } },
    model: { make: () => 0, operations: { go: () => undefined } }
  }
  for (const [option, bad] of [
    ["make", { make: 5 }],
    ["operations", { operations: undefined }],
    ["operations", { operations: {} }],
    ["operations.go", { operations: { go: { run: 5 } } }],
    ["operations.go", { operations: { go: undefined } }],
    ["operations.go.args", { operations: { go: { ...right.operations.go, args: [5] } } }],
    ["operations.go.args", { operations: { go: { ...right.operations.go, args: "x" } } }],
    ["operations.go.interruption", { operations: { go: { ...right.operations.go, interruption: "x" } } }],
    ["model", { model: undefined }],
    ["model", { model: { operations: right.model.operations } }],
    ["model.operations", { model: { make: right.model.make } }]
  ] as const) {
    it.live(`refuses ${JSON.stringify(bad)} by the name of ${option}`, () =>
      Effect.gen(function* () {
        const error = yield* defectOf(Interleave.linearizable({ ...right, ...bad } as unknown as typeof right))
        if (!(error instanceof InvalidOptionsError)) return assert.fail(String(error))
        assert.strictEqual(error.option, option)
      })
    )
  }

  it.live("refuses a model that lacks an operation", () =>
    Effect.gen(function* () {
      const options = { make: Effect.void, operations: { go: { run: () => Effect.void } } }
      const model = { make: () => 0, operations: {} as { readonly go: () => undefined } }
      assert.instanceOf(yield* defectOf(Interleave.linearizable({ ...options, model })), InvalidOptionsError)
    })
  )
})
