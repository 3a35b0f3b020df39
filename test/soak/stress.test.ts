import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Latch, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { engineOf } from "../../src/internal/executor/ExecutorImpl.ts"
import type { TaskFuture } from "../../src/internal/executor/TaskFuture.ts"
import { PriorityLevel, TaskQueue } from "../../src/internal/executor/queues/TaskQueue.ts"
import { Segment, UnrolledList } from "../../src/internal/UnrolledList.ts"
import { leftovers } from "../support/engineState.ts"
import { heapUsed } from "../support/garbage.ts"
import { Random } from "../support/Random.ts"

const minutes = (count: number) => ({ timeout: count * 60_000 })

const live = (name: string, test: () => Effect.Effect<unknown, unknown, Scope.Scope>, timeout = minutes(2)) =>
  it(name, timeout, async () => {
    await Effect.runPromise(Effect.scoped(Effect.suspend(test)))
  })

/** An executor whose one worker is busy until the latch opens, and so has a line that grows. */
const makeBlocked = (options: FiberExecutor.Options = {}) =>
  Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ maxWorkers: 1, ...options })
    const release = yield* Latch.make()
    yield* executor.submit(release.await)
    yield* Effect.yieldNow
    return { executor, release }
  })

const submitMany = <A>(executor: FiberExecutor.FiberExecutor, count: number, effect: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const futures: Array<Future.Future<A, unknown>> = []
    for (let i = 0; i < count; i++) futures.push(yield* executor.submit(effect))
    return futures
  })

/** How often the operations of the line are called. */
const countQueueWork = () => {
  const calls: Record<string, number> = {}
  const restores = [TaskQueue, PriorityLevel, UnrolledList, Segment].map((kind) => {
    const methods = kind.prototype as unknown as Record<string, unknown>
    const original: Record<string, unknown> = {}
    for (const name of Object.getOwnPropertyNames(methods)) {
      const method = Object.getOwnPropertyDescriptor(methods, name)!.value as unknown
      if (name === "constructor" || typeof method !== "function") continue
      original[name] = method
      const counted = `${kind.name}.${name}`
      methods[name] = function (...args: Array<unknown>) {
        calls[counted] = (calls[counted] ?? 0) + 1
        return method.apply(this, args)
      }
    }
    return () => Object.assign(methods, original)
  })
  return { calls, restore: () => restores.forEach((restore) => restore()) }
}

describe("a million", () => {
  live("pending tasks: cancelling one touches no other in the line", () =>
    Effect.gen(function* () {
      const work: Array<Record<string, number>> = []
      for (const count of [10, 1_000_000]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { executor } = yield* makeBlocked()
            const futures = (yield* submitMany(executor, count, Effect.void)) as unknown as Array<
              TaskFuture<unknown, unknown>
            >
            const at = Math.floor(count / 2)
            const counted = countQueueWork()
            const cancelled = yield* Future.cancel(futures[at]!).pipe(Effect.ensuring(Effect.sync(counted.restore)))
            assert.isTrue(cancelled)
            work.push(counted.calls)
            assert.isUndefined(futures[at]!.segment)
            assert.strictEqual(engineOf(executor).queue.size, count - 1)
          })
        )
      }
      assert.deepStrictEqual(work[1], work[0])
      assert.strictEqual(work[0]!["UnrolledList.remove"], 1)
    })
  )

  live("pending tasks take less than a kilobyte each", () =>
    Effect.gen(function* () {
      const { executor } = yield* makeBlocked()
      const before = yield* heapUsed
      const futures = yield* submitMany(executor, 100_000, Effect.void)
      const bytes = ((yield* heapUsed) - before) / futures.length
      assert.isBelow(bytes, 1024)
    })
  )

  live("tasks that never wait let the event loop have its turns", () =>
    Effect.gen(function* () {
      const { executor, release } = yield* makeBlocked()
      yield* submitMany(executor, 1_000_000, Effect.void)
      const engine = engineOf(executor)
      const turns: Array<number> = []
      const turn = () => {
        turns.push(engine.tally.succeeded)
        if (engine.pending > 0) setImmediate(turn)
      }
      setImmediate(turn)
      yield* release.open
      yield* Executor.awaitIdle(executor)
      assert.strictEqual(engine.tally.succeeded, 1_000_001)
      assert.isAbove(turns.length, 100)
      // From each to the next, only so many tasks.
      assert.isBelow(Math.max(...turns.map((tally, i) => tally - (turns[i - 1] ?? 0))), 10_000)
    })
  )

  live("wakes among two fibers that answer each other through futures let the event loop have its turns", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const rounds = 100_000
      type Call = { readonly reply: Future.Settable<void>; readonly next: Future.Settable<Call> }
      const first = yield* Future.make<Call>()
      let round = 0
      const turns: Array<number> = []
      const turn = () => {
        turns.push(round)
        if (round < rounds) setImmediate(turn)
      }
      setImmediate(turn)
      const server = yield* executor.submit(
        Effect.gen(function* () {
          let calls = first
          for (let i = 0; i < rounds; i++) {
            const call: Call = yield* calls
            calls = call.next
            yield* Future.succeed(call.reply, undefined)
          }
        })
      )
      const client = yield* executor.submit(
        Effect.gen(function* () {
          let calls = first
          for (; round < rounds; round++) {
            const call: Call = { reply: yield* Future.make<void>(), next: yield* Future.make<Call>() }
            yield* Future.succeed(calls, call)
            calls = call.next
            yield* call.reply
          }
          yield* Future.cancel(calls)
        })
      )
      yield* Future.all([server, client])
      assert.isAbove(turns.length, 10)
    })
  )
})

describe("a hundred thousand", () => {
  for (const mode of ["drain", "cancelPending", "interrupt"] as const) {
    live(`pending tasks, and a shutdown: ${mode}`, () =>
      Effect.gen(function* () {
        const { executor, release } = yield* makeBlocked()
        const futures = yield* submitMany(executor, 100_000, Effect.yieldNow)
        const shutdown = yield* Effect.forkChild(Executor.shutdown(executor, { mode }), { startImmediately: true })
        if (mode !== "drain") assert.isTrue(futures.every(Future.isCancelled))
        yield* release.open
        yield* Fiber.join(shutdown)
        const { cancelled, succeeded } = yield* Executor.stats(executor)
        assert.deepStrictEqual(
          [succeeded, cancelled],
          mode === "drain" ? [100_001, 0] : mode === "cancelPending" ? [1, 100_000] : [0, 100_001]
        )
        assert.deepStrictEqual(leftovers(executor), [])
      })
    )
  }

  live("priorities: the work grows with the logarithm of their number, and the greatest goes first", () =>
    Effect.gen(function* () {
      const count = 100_000
      const random = new Random(1)
      const orders: Record<string, (i: number) => number> = {
        descending: (i) => -i,
        ascending: (i) => i,
        random: () => random.next()
      }
      for (const [name, priority] of Object.entries(orders)) {
        const { executor, release } = yield* makeBlocked()
        const counted = countQueueWork()
        const done: Array<number> = []
        yield* Effect.gen(function* () {
          for (let i = 0; i < count; i++) {
            const mine = priority(i)
            const future = yield* executor.submit(
              Effect.sync(() => done.push(mine)),
              { priority: mine }
            )
            if (i % 10 === 0) yield* Future.cancel(future)
          }
          yield* release.open
          yield* Executor.awaitIdle(executor)
        }).pipe(Effect.ensuring(Effect.sync(counted.restore)))
        assert.strictEqual(done.length, count * 0.9, name)
        assert.isTrue(
          done.every((each, i) => i === 0 || each <= done[i - 1]!),
          name
        )
        // Into the line and out of it.
        assert.isBelow(counted.calls["TaskQueue.swap"] ?? 0, count * 2 * Math.log2(count), name)
      }
    })
  )

  live("tasks each of which waits for the next, in one worker", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const down = (left: number): Effect.Effect<number> =>
        left === 0
          ? Effect.succeed(0)
          : Effect.map(
              Executor.run(
                executor,
                Effect.suspend(() => down(left - 1))
              ),
              (n) => n + 1
            ).pipe(Effect.orDie)
      assert.strictEqual(yield* Executor.run(executor, down(100_000)), 100_000)
    })
  )

  live("tasks at once", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 100_000 })
      const all = yield* Latch.make()
      let running = 0
      yield* submitMany(
        executor,
        100_000,
        Effect.suspend(() => (++running === 100_000 ? all.open : all.await))
      )
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(leftovers(executor), [])
    })
  )

  live("futures as they are completed, and results of map", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const futures = yield* submitMany(executor, 100_000, Effect.yieldNow)
      assert.strictEqual(yield* Stream.runCount(Future.asCompleted(futures)), 100_000)
      const mapped = Executor.map(executor, futures, (_, i = 0) => Effect.succeed(i))
      assert.strictEqual(yield* Stream.runCount(mapped), 100_000)
    })
  )
})

describe("ten thousand", () => {
  live("tasks each of which waits for the next are cancelled with the first", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const deepest = yield* Latch.make()
      const down = (left: number): Effect.Effect<unknown, unknown> =>
        left === 0
          ? Effect.andThen(deepest.open, Effect.never)
          : Executor.run(
              executor,
              Effect.suspend(() => down(left - 1))
            )
      const first = yield* executor.submit(down(10_000))
      yield* deepest.await
      assert.isTrue(yield* Future.cancel(first))
      const { cancelled, running } = yield* Executor.stats(executor)
      assert.deepStrictEqual([cancelled, running], [10_001, 0])
    })
  )

  live("groups at once, closed one by one and with their executor", () =>
    Effect.gen(function* () {
      for (const close of ["one by one", "all"] as const) {
        const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
        const scopes: Array<Scope.Closeable> = []
        const groups: Array<FiberExecutor.FiberExecutor> = []
        const futures: Array<Future.Future<void, unknown>> = []
        for (let i = 0; i < 10_000; i++) {
          const scope = yield* Scope.make()
          const group = yield* Executor.group(executor, { maxWorkers: 1 }).pipe(Scope.provide(scope))
          scopes.push(scope)
          groups.push(group)
          for (let j = 0; j < 2; j++) futures.push(yield* group.submit(Effect.void))
        }
        yield* Future.all(futures)
        for (const group of groups) yield* group.submit(Effect.never)
        if (close === "all") yield* Executor.shutdown(executor, { mode: "interrupt" })
        for (const scope of scopes) yield* Scope.close(scope, Exit.void)
        const { cancelled, succeeded } = yield* Executor.stats(executor)
        assert.deepStrictEqual([succeeded, cancelled], [20_000, 10_000])
        assert.strictEqual(engineOf(executor).children.size, 0)
        assert.strictEqual(
          yield* Effect.exit(Executor.run(executor, Effect.void)).pipe(Effect.map(Exit.isSuccess)),
          close !== "all"
        )
      }
    })
  )

  live("executors", () =>
    Effect.gen(function* () {
      const executors = []
      for (let i = 0; i < 10_000; i++) {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
        yield* executor.submit(i % 2 === 0 ? Effect.void : Effect.never)
        executors.push(executor)
      }
      yield* Effect.yieldNow
      for (const executor of executors) yield* Executor.shutdown(executor, { mode: "interrupt" })
      assert.deepStrictEqual(executors.flatMap(leftovers), [])
    })
  )

  live("joiners of one future", () =>
    Effect.gen(function* () {
      const { executor, release } = yield* makeBlocked()
      const future = yield* executor.submit(Effect.succeed(1))
      const joiners: Array<Fiber.Fiber<number, unknown>> = []
      for (let i = 0; i < 10_000; i++) {
        joiners.push(yield* Effect.forkChild(Future.join(future), { startImmediately: true }))
      }
      // Every second one gives up.
      for (let i = 0; i < joiners.length; i += 2) yield* Fiber.interrupt(joiners[i]!)
      yield* release.open
      const exits = yield* Fiber.awaitAll(joiners)
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 5000)
    })
  )

  live("submitters that wait for room: in order, and refused at a shutdown", () =>
    Effect.gen(function* () {
      const { executor, release } = yield* makeBlocked({ capacity: 1 })
      const order: Array<number> = []
      const submitters = []
      for (let i = 0; i < 10_000; i++) {
        const submit = executor.submit(Effect.sync(() => order.push(i)))
        submitters.push(yield* Effect.forkChild(submit, { startImmediately: true }))
      }
      yield* release.open
      yield* Future.all(yield* Fiber.joinAll(submitters))
      assert.deepStrictEqual(order, Array.from(submitters.keys()))

      const refused = []
      for (let i = 0; i < 10_002; i++) {
        refused.push(yield* Effect.forkChild(Effect.exit(executor.submit(Effect.never)), { startImmediately: true }))
      }
      yield* Executor.shutdown(executor, { mode: "interrupt" })
      const exits = yield* Fiber.joinAll(refused)
      assert.strictEqual(exits.filter(Exit.isFailure).length, 10_000)
      assert.deepStrictEqual(leftovers(executor), [])
    })
  )

  live("submitters that wait for room in groups of their own", () =>
    Effect.gen(function* () {
      const { executor, release } = yield* makeBlocked({ capacity: 1 })
      const submitters = []
      for (let i = 0; i < 10_000; i++) {
        const group = yield* Executor.group(executor, { maxWorkers: 1 })
        submitters.push(yield* Effect.forkChild(group.submit(Effect.yieldNow), { startImmediately: true }))
      }
      yield* release.open
      yield* Future.all(yield* Fiber.joinAll(submitters))
      assert.strictEqual((yield* Executor.stats(executor)).succeeded, 10_001)
    })
  )

  live("those that wait until the executor is idle, and those that listen to its events", () =>
    Effect.gen(function* () {
      const { executor, release } = yield* makeBlocked()
      const waiters: Array<Fiber.Fiber<unknown, unknown>> = []
      for (let i = 0; i < 10_000; i++) {
        waiters.push(yield* Effect.forkChild(Executor.awaitIdle(executor), { startImmediately: true }))
      }
      const listeners: Array<Fiber.Fiber<number, unknown>> = []
      for (let i = 0; i < 1000; i++) {
        const listener = Stream.runCount(Executor.events(executor))
        listeners.push(yield* Effect.forkChild(listener, { startImmediately: true }))
      }
      yield* submitMany(executor, 100, Effect.void)
      yield* release.open
      yield* Fiber.joinAll(waiters)
      yield* Executor.shutdown(executor)
      const heard = yield* Fiber.joinAll(listeners)
      assert.deepStrictEqual(new Set(heard), new Set([100 + 100 + 101 + 1]))
    })
  )

  live("callbacks of one future, waits for ten thousand futures, and priorities", () =>
    Effect.gen(function* () {
      const { executor, release } = yield* makeBlocked()
      const order: Array<number> = []
      const futures = []
      for (let i = 0; i < 10_000; i++) {
        futures.push(
          yield* executor.submit(
            Effect.sync(() => order.push(i)),
            { priority: i }
          )
        )
      }
      let calls = 0
      for (let i = 0; i < 10_000; i++) yield* Future.onDone(futures[0]!, () => void calls++)
      const waits = [
        yield* Effect.forkChild(Future.wait(futures)),
        yield* Effect.forkChild(Future.wait(futures, { returnWhen: "firstException" })),
        yield* Effect.forkChild(Future.all(futures))
      ]
      yield* release.open
      yield* Fiber.joinAll(waits as Array<Fiber.Fiber<unknown, unknown>>)
      assert.deepStrictEqual(order, Array.from(futures.keys()).toReversed())
      assert.strictEqual(calls, 10_000)
    })
  )
})
