import { assert, describe, it } from "@effect/vitest"
import { Data, Duration, Effect, Exit, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, InvalidOptionsError } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { letOthersRun, Meter, pass, statesOf } from "./behaviour/support.ts"

class Account extends Data.Class<{ readonly id: number }> {}

describe("keyed", () => {
  it.effect("gives the same executor for equal keys, of any type", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make())
      const symbol = Symbol("key")
      for (const make of [
        () => "a",
        () => 1,
        () => 1n,
        () => Number.NaN,
        () => symbol,
        () => undefined,
        () => null,
        () => new Account({ id: 7 }),
        () => ({ tenant: "a", region: { name: "b" } }),
        () => ["a", 1]
      ]) {
        assert.strictEqual(keyed.get(make()), keyed.get(make()), String(JSON.stringify(String(make()))))
      }
      assert.strictEqual(keyed.size, 10)
      assert.notStrictEqual(keyed.get("1"), keyed.get(1))
      assert.notStrictEqual(keyed.get(new Account({ id: 7 })), keyed.get(new Account({ id: 8 })))
    })
  )

  it.effect("lets keys take turns one task at a time, however many tasks of a key may run", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make({ maxWorkers: 2 }), { maxWorkers: 2 })
      const door = yield* localGate
      const futures: Array<Future.Future<string, unknown>> = []
      for (const [key, names] of Object.entries({ a: ["a1", "a2", "a3"], b: ["b1", "b2"], c: ["c1", "c2"] })) {
        for (const name of names) futures.push(yield* keyed.get(key).submit(pass(door, name)))
      }
      for (let ended = 0; ended < futures.length; ended++) {
        yield* letOthersRun
        yield* door.admit(1)
      }
      yield* Future.wait(futures)
      assert.deepStrictEqual(door.arrivals, ["a1", "a2", "b1", "c1", "a3", "b2", "c2"])
    })
  )

  it.effect("names its groups after their keys", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make(), { name: "tenants" })
      assert.strictEqual(keyed.get("ada").name, "tenants/ada")
      assert.strictEqual(keyed.get({ id: 1 }).name, 'tenants/{"id":1}')
    })
  )

  it.effect("refuses a key that cannot be compared, because it cannot be read", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make())
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      const trap = {
        get id() {
          throw new Error("not now")
        }
      }
      let deep: object = {}
      for (let i = 0; i < 100_000; i++) deep = { deep }
      const wide: Array<number> = []
      wide.length = 4_000_000_000
      for (const key of [proxy, trap, deep, wide, { in: new Map([[1, [wide]]]) }])
        assert.throws(() => keyed.get(key), InvalidOptionsError, "Invalid option key")
      assert.strictEqual(keyed.size, 0)
    })
  )

  it.effect("names the limit of a key in a shared store so that different keys have different limits", () =>
    Effect.gen(function* () {
      const names: Array<string> = []
      const limiter: RateLimiter.RateLimiter = {
        ...(yield* RateLimiter.make.pipe(Effect.provide(RateLimiter.layerStoreMemory))),
        consume: ({ key }) => {
          names.push(key)
          return Effect.succeed({ delay: Duration.zero, limit: 1, remaining: 1, resetAfter: Duration.zero })
        }
      }
      const rate = { limit: 1, every: "1 second", limiter } as const
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make(), { name: "tenants", rate })
      const long = "x".repeat(300)
      const keys = [
        "ada",
        { id: 1 },
        new Account({ id: 1 }),
        new Account({ id: 2 }),
        new Date(0),
        new Date(1),
        [`${long}1`],
        [`${long}2`],
        1,
        "1",
        1n,
        "1n",
        null,
        "null",
        '{"id":1}',
        { id: 1n },
        { id: 2n },
        { id: Number.NaN },
        { id: null },
        { id: undefined },
        {},
        new Map([[1, 2]]),
        new Map([[1, 3]])
      ]
      for (const key of keys) yield* Executor.run(keyed.get(key), Effect.void)
      assert.strictEqual(new Set(names).size, keys.length)
      assert.deepStrictEqual(names.slice(0, 2), ["tenants/ada", 'tenants/{"id":1}'])
      yield* Executor.run(keyed.get({ one: 1, other: 2 }), Effect.void)
      const other = yield* Executor.keyed(yield* FiberExecutor.make(), { name: "tenants", rate })
      yield* Executor.run(other.get({ other: 2, one: 1 }), Effect.void)
      assert.strictEqual(names.at(-1), names.at(-2))
    })
  )

  it.effect("forgets what was only asked for", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make(), { idleTimeToLive: 10 })
      keyed.get("ada")
      yield* TestClock.adjust(10)
      assert.strictEqual(keyed.size, 0)
    })
  )

  it.effect("has one group of a key, also for whoever has kept one that was forgotten", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const keyed = yield* Executor.keyed(executor, { idleTimeToLive: 10 })
      const old = keyed.get("ada")
      yield* TestClock.adjust(10)
      const other = keyed.get("ada")
      assert.notStrictEqual(old, other)
      const meter = new Meter()
      yield* Future.wait([
        yield* old.submit(meter.inside),
        yield* other.submit(meter.inside),
        yield* old.submit(meter.inside),
        yield* keyed.get("ada").submit(meter.inside)
      ])
      assert.strictEqual(meter.most, 1)
      assert.deepStrictEqual(yield* Executor.stats(old), yield* Executor.stats(other))
      assert.strictEqual((yield* Executor.stats(old)).succeeded, 4)
    })
  )

  it.effect("takes back a group that was forgotten, when it is used again", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make(), { idleTimeToLive: 10 })
      const old = keyed.get("ada")
      yield* TestClock.adjust(10)
      assert.strictEqual(keyed.size, 0)
      yield* Executor.run(old, Effect.void)
      assert.strictEqual(keyed.get("ada"), old)
      yield* TestClock.adjust(10)
      assert.strictEqual(keyed.size, 0)
    })
  )

  it.effect("does not forget a key whose rate still counts, nor one that was paused or is listened to", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const keyed = yield* Executor.keyed(executor, { idleTimeToLive: 10, rate: { limit: 1, every: "1 minute" } })
      yield* Executor.run(keyed.get("rated"), Effect.void)
      yield* Executor.pause(keyed.get("paused"))
      yield* Effect.forkChild(Stream.runDrain(Executor.events(keyed.get("heard"))), { startImmediately: true })
      yield* TestClock.adjust(1000)
      assert.strictEqual(keyed.size, 3)
      const second = yield* keyed.get("rated").submit(Effect.void)
      yield* letOthersRun
      assert.strictEqual(second.state, "pending")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(second.state, "finished")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(keyed.size, 2)
    })
  )

  it.effect("a key that was shut down takes tasks again when it is asked for anew", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make())
      const ada = keyed.get("ada")
      const future = yield* ada.submit(Effect.never)
      yield* Executor.shutdown(ada, { mode: "interrupt" })
      assert.strictEqual(future.state, "cancelled")
      assert.strictEqual(yield* Executor.run(keyed.get("ada"), Effect.succeed(5)), 5)
    })
  )

  it.effect("does not let a key push out other groups of the executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const keyed = yield* Executor.keyed(executor)
      const door = yield* localGate
      yield* executor.submit(pass(door, "first"))
      for (let key = 0; key < 100; key++) yield* keyed.get(key).submit(pass(door, `key ${key}`))
      yield* executor.submit(pass(door, "other"))
      yield* door.open
      yield* Executor.awaitIdle(executor)
      assert.isBelow(door.arrivals.indexOf("other"), 3)
    })
  )

  it.effect("a task may wait for another one of its own key", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make({ maxWorkers: 1 }))
      const ada = keyed.get("ada")
      const outer = Effect.flatMap(ada.submit(Effect.succeed(5)), Future.join)
      assert.strictEqual(yield* Executor.run(ada, outer), 5)
    })
  )

  it.effect("keeps nothing of keys that have come and gone", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 8 })
      const keyed = yield* Executor.keyed(executor, { idleTimeToLive: 10 })
      const comeAndGo = Effect.gen(function* () {
        for (let key = 0; key < 3000; key++) yield* keyed.get(`key ${key}`).submit(Effect.void)
        yield* Executor.awaitIdle(executor)
        yield* TestClock.adjust(10)
        assert.strictEqual(keyed.size, 0)
        globalThis.gc?.()
        return process.memoryUsage().heapUsed
      })
      yield* comeAndGo
      const before = yield* comeAndGo
      yield* comeAndGo
      const after = yield* comeAndGo
      assert.isBelow(after - before, 2_000_000)
    })
  )

  it.effect("is a defect for bad options", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      for (const options of [
        { maxWorkers: 0 },
        { idleTimeToLive: -1 },
        { name: "" },
        { rate: { limit: 0, every: 1 } }
      ]) {
        const exit = yield* Effect.exit(Executor.keyed(executor, options))
        assert.include(Exit.isFailure(exit) ? String(exit.cause) : "it was made", Object.keys(options).join())
      }
    })
  )

  it.effect("cancels a task of a key that waits, and the next has its turn", () =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(yield* FiberExecutor.make({ maxWorkers: 1 }))
      const door = yield* localGate
      const [, second, third] = yield* Effect.forEach(["a", "b", "c"], (name) => keyed.get(1).submit(pass(door, name)))
      yield* Future.cancel(second!)
      yield* door.open
      yield* third!
      assert.deepStrictEqual(door.arrivals, ["a", "c"])
      assert.deepStrictEqual(statesOf([second!, third!]), ["cancelled", "finished"])
    })
  )
})
