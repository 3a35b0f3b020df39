import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Cache, Deferred, Effect, Latch, PubSub, Queue, Ref, Schema, type Scope, Semaphore } from "effect"
import { Executor, FiberExecutor, Future, InvalidOptionsError, KitchenTimer } from "effect-futures"
import { Interleave, type InterleaveFailure } from "effect-futures/testing"
import { defectOf } from "../support/defectOf.ts"

const small = Arbitrary.schema(Schema.Literals([1, 2]))

/** What it fails with, and the lines of its history. */
const violationOf = <E>(checking: Effect.Effect<unknown, InterleaveFailure | E, Scope.Scope>) =>
  Effect.gen(function* () {
    const failure = yield* Effect.scoped(Effect.flip(checking))
    const [reason] = (failure as InterleaveFailure).cause.reasons
    assert.strictEqual(reason?._tag, "Die")
    const { calls, history } = (
      reason as { readonly defect: { readonly calls: number; readonly history: ReadonlyArray<string> } }
    ).defect
    assert.isArray(history, String((failure as InterleaveFailure).message))
    return { failure: failure as InterleaveFailure, history, calls }
  })

describe("linearizable: what is broken is found, with at most six calls", () => {
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

  it.live("a cache that looks, and looks up what is not there", () =>
    Effect.gen(function* () {
      const { calls } = yield* violationOf(
        Interleave.linearizable({
          make: Effect.all({ values: Ref.make(new Map<number, number>()), lookups: Ref.make(0) }),
          operations: {
            get: {
              args: [small],
              run: ({ lookups, values }, key: number) =>
                Effect.gen(function* () {
                  const known = (yield* Ref.get(values)).get(key)
                  if (known !== undefined) return known
                  const value = yield* Ref.updateAndGet(lookups, (n) => n + 1)
                  yield* Ref.update(values, (map) => new Map(map).set(key, value))
                  return value
                })
            }
          },
          model: {
            make: () => ({ values: new Map<number, number>(), lookups: 0 }),
            operations: {
              get: (state, key: number) => {
                if (!state.values.has(key)) state.values.set(key, ++state.lookups)
                return state.values.get(key)
              }
            }
          }
        })
      )
      assert.isAtMost(calls, 6)
    })
  )

  it.live("a queue that loses an item when the one that takes it is interrupted", () =>
    Effect.gen(function* () {
      const { calls, history } = yield* violationOf(
        Interleave.linearizable({
          make: Queue.unbounded<number>(),
          operations: {
            offer: { args: [small], run: (queue, item: number) => Queue.offer(queue, item) },
            take: {
              // What is taken is not given before another step.
              run: (queue) => Effect.flatMap(Queue.take(queue), (item) => Effect.as(Effect.yieldNow, item)),
              interruption: "nothing"
            },
            size: { run: (queue) => Queue.size(queue) }
          },
          model: queueModel
        })
      )
      assert.isAtMost(calls, 6)
      assert.include(history.join("\n"), "is interrupted")
    })
  )

  it.live("a wake-up that gets lost: a call waits although it could go on", () =>
    Effect.gen(function* () {
      const { failure } = yield* violationOf(
        Interleave.linearizable({
          make: Effect.all({ isOpen: Ref.make(false), latch: Latch.make(false) }),
          operations: {
            open: { run: ({ isOpen, latch }) => Effect.asVoid(Effect.andThen(latch.release, Ref.set(isOpen, true))) },
            pass: {
              run: ({ isOpen, latch }) =>
                Effect.flatMap(Ref.get(isOpen), (open) => (open ? Effect.void : Effect.asVoid(latch.await)))
            }
          },
          model: {
            make: () => ({ isOpen: false }),
            operations: {
              open: (state) => {
                state.isOpen = true
              },
              pass: (state) => (state.isOpen ? undefined : Interleave.blocked)
            }
          }
        })
      )
      assert.include(failure.message, "waits, and no fiber can go on")
    })
  )
})

const queueModel = {
  make: () => ({ items: [] as Array<number> }),
  operations: {
    offer: (state: { readonly items: Array<number> }, item: number) => state.items.push(item) > 0,
    take: (state: { readonly items: Array<number> }) => state.items.shift() ?? Interleave.blocked,
    size: (state: { readonly items: Array<number> }) => state.items.length
  }
}

/** A few scenarios, each in a few hundred schedules: the proofs are in test/soak. */
const some = { scenarios: 6, maxSchedules: 200 } as const

describe("linearizable: what Effect and this library have is found to be right", () => {
  it.live("Ref", () =>
    Interleave.linearizable({
      ...some,
      make: Ref.make(0),
      operations: {
        add: { args: [small], run: (ref, by: number) => Ref.updateAndGet(ref, (n) => n + by) },
        swap: { args: [small], run: (ref, value: number) => Ref.getAndSet(ref, value) },
        get: { run: (ref) => Ref.get(ref) }
      },
      model: {
        make: () => ({ value: 0 }),
        operations: {
          add: (state, by: number) => (state.value += by),
          swap: (state, value: number) => {
            const before = state.value
            state.value = value
            return before
          },
          get: (state) => state.value
        }
      }
    })
  )

  it.live("Queue, with calls that wait", () =>
    Interleave.linearizable({
      ...some,
      make: Queue.unbounded<number>(),
      operations: {
        offer: { args: [small], run: (queue, item: number) => Queue.offer(queue, item) },
        take: { run: (queue) => Queue.take(queue), interruption: "either" },
        size: { run: (queue) => Queue.size(queue) }
      },
      model: queueModel
    })
  )

  it.live("Semaphore, with calls that wait and calls that are interrupted", () =>
    Interleave.linearizable({
      ...some,
      make: Semaphore.make(2),
      operations: {
        take: { args: [small], run: (semaphore, permits: number) => semaphore.take(permits), interruption: "either" },
        release: { run: (semaphore) => Effect.asVoid(semaphore.release(1)) },
        withPermit: { run: (semaphore) => semaphore.withPermit(Effect.yieldNow), interruption: "nothing" }
      },
      model: {
        make: () => ({ free: 2 }),
        operations: {
          take: (state, permits: number) => {
            if (state.free < permits) return Interleave.blocked
            state.free -= permits
            return permits
          },
          release: (state) => void state.free++,
          withPermit: (state) => (state.free < 1 ? Interleave.blocked : undefined)
        }
      }
    })
  )

  it.live("PubSub, with one subscriber", () =>
    Interleave.linearizable({
      ...some,
      make: Effect.gen(function* () {
        const pubsub = yield* PubSub.unbounded<number>()
        return { pubsub, subscription: yield* PubSub.subscribe(pubsub) }
      }),
      operations: {
        publish: { args: [small], run: ({ pubsub }, item: number) => PubSub.publish(pubsub, item) },
        take: { run: ({ subscription }) => PubSub.take(subscription) }
      },
      model: {
        make: () => ({ items: [] as Array<number> }),
        operations: {
          publish: (state, item: number) => state.items.push(item) > 0,
          take: (state) => state.items.shift() ?? Interleave.blocked
        }
      }
    })
  )

  it.live("Cache, which looks up once", () =>
    Interleave.linearizable({
      ...some,
      make: Effect.gen(function* () {
        const lookups = yield* Ref.make(0)
        return yield* Cache.make({
          capacity: 10,
          lookup: (_: number) =>
            Effect.tap(
              Ref.updateAndGet(lookups, (n) => n + 1),
              () => Effect.yieldNow
            )
        })
      }),
      operations: { get: { args: [small], run: (cache, key: number) => Cache.get(cache, key) } },
      model: {
        make: () => ({ values: new Map<number, number>(), lookups: 0 }),
        operations: {
          get: (state, key: number) => {
            if (!state.values.has(key)) state.values.set(key, ++state.lookups)
            return state.values.get(key)
          }
        }
      }
    })
  )

  it.live("Deferred: the first to complete it wins, and all see the same", () =>
    Interleave.linearizable({
      ...some,
      make: Deferred.make<number>(),
      operations: {
        succeed: { args: [small], run: (deferred, value: number) => Deferred.succeed(deferred, value) },
        await: { run: (deferred) => Deferred.await(deferred), interruption: "nothing" }
      },
      model: {
        make: () => ({ value: undefined as number | undefined }),
        operations: {
          succeed: (state, value: number) => {
            if (state.value !== undefined) return false
            state.value = value
            return true
          },
          await: (state) => state.value ?? Interleave.blocked
        }
      }
    })
  )

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
