import { assert, describe, it } from "@effect/vitest"
import { Cache, Deferred, Effect, Latch, PubSub, Queue, Ref, Semaphore } from "effect"
import { Interleave } from "effect-futures/testing"
import { queueModel, small, some, violationOf } from "../testing/linearizableSupport.ts"

describe("linearizable", () => {
  // A schedule takes about a tenth of a millisecond, so this many are done in less than a minute.
  it.live("proves a queue with two fibers of three calls each, within two preemptions, in 400,000 schedules", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.linearizable({
        make: Queue.unbounded<number>(),
        operations: {
          offer: { args: [small], run: (queue, value: number) => Queue.offer(queue, value) },
          take: { run: (queue) => Queue.take(queue) },
          size: { run: (queue) => Queue.size(queue) }
        },
        model: {
          make: () => ({ items: [] as Array<number> }),
          operations: {
            offer: (state, value: number) => state.items.push(value) > 0,
            take: (state) => state.items.shift() ?? Interleave.blocked,
            size: (state) => state.items.length
          }
        },
        strategy: "exhaustive",
        maxPreemptions: 2,
        maxSchedules: 100_000
      })
      assert.isTrue(report.complete)
      assert.strictEqual(report.scenarios, 20)
      assert.isAtMost(report.schedules, 400_000)
    })
  )
})

describe("linearizable: what is broken is found, with at most six calls", () => {
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
              // The item is returned one step after it was taken.
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

describe("linearizable: what Effect has is found to be right", () => {
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
})
