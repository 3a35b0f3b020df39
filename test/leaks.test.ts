import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Latch, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future, Task } from "effect-futures"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { engineOf } from "../src/internal/executor/ExecutorImpl.ts"
import { leftovers } from "./support/engineState.ts"
import { doesNotGrow, Watched } from "./support/garbage.ts"
import { inWorld } from "./support/inWorld.ts"

const minutes = (count: number) => ({ timeout: count * 60_000 })

/** An executor all of whose workers are busy for ever, and others that wait. */
const busy = (options: FiberExecutor.Options = {}) =>
  Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ maxWorkers: 1, ...options })
    const never = yield* executor.submit(Effect.never, { name: "never" })
    yield* Effect.yieldNow
    return { executor, never }
  })

const live = (name: string, test: () => Effect.Effect<unknown, unknown, Scope.Scope>, timeout = minutes(2)) =>
  it(name, timeout, async () => {
    await Effect.runPromise(Effect.scoped(Effect.suspend(test)))
  })

const repeat = (count: number, doIt: (i: number) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    for (let i = 0; i < count; i++) yield* doIt(i)
  })

const observersOf = (future: unknown): number => {
  const { observers } = future as { readonly observers: unknown }
  return observers === undefined ? 0 : observers instanceof Set ? observers.size : 1
}

describe("when the scope has closed", () => {
  it(
    "no fiber, timer or listener is left of anything",
    inWorld(() =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* FiberExecutor.make({
          maxWorkers: 2,
          capacity: 2,
          timeout: "1 hour",
          queueTimeout: "2 hours",
          idleTimeToLive: "3 hours"
        }).pipe(Scope.provide(scope))
        const group = yield* Executor.group(executor, { timeout: "4 hours" }).pipe(Scope.provide(scope))
        const waiters: Array<Fiber.Fiber<unknown, unknown>> = []
        const wait = (effect: Effect.Effect<unknown, unknown>) =>
          Effect.map(Effect.forkDetach(effect, { startImmediately: true }), (fiber) => waiters.push(fiber))
        yield* wait(Stream.runDrain(Executor.events(executor)))
        yield* wait(Stream.runDrain(Executor.events(group)))
        const future = yield* executor.submit(Effect.never)
        yield* Future.onDone(future, () => Effect.never)
        yield* group.submit(Effect.forkChild(Effect.never))
        yield* group.submit(Effect.never)
        for (let i = 0; i < 3; i++) yield* wait(executor.submit(Effect.never))
        yield* wait(future)
        yield* wait(Future.wait([future], { timeout: "5 hours" }))
        yield* wait(Stream.runDrain(Future.asCompleted([future], { timeout: "6 hours" })))
        yield* wait(Executor.awaitIdle(executor))
        yield* wait(Stream.runDrain(Executor.map(group, [1, 2, 3], () => Effect.never)))
        yield* wait(Stream.runDrain(Executor.stream(group, Stream.never)))
        yield* wait(Stream.runDrain(Future.reports(future)))
        yield* Effect.sleep(1)
        yield* wait(Executor.shutdown(group, { timeout: "7 hours" }))
        yield* wait(Executor.shutdown(executor, { timeout: "8 hours" }))
        yield* Effect.sleep(1)
        yield* Scope.close(scope, Exit.void)
        yield* Fiber.awaitAll(waiters)
        assert.deepStrictEqual([...leftovers(executor), ...leftovers(group)], [])
      })
    )
  )

  it(
    "callbacks of a group's tasks have ended with the executor, though the group's scope is open",
    inWorld(() =>
      Effect.gen(function* () {
        for (const mode of ["drain", "cancelPending", "interrupt"] as const) {
          const executor = yield* FiberExecutor.make()
          const group = yield* Executor.group(executor)
          const future = yield* group.submit(Effect.void)
          let ended = false
          yield* Future.onDone(future, () =>
            Effect.ensuring(
              Effect.sleep(5),
              Effect.sync(() => (ended = true))
            )
          )
          yield* Executor.shutdown(executor, { mode })
          assert.isTrue(ended)
        }
      })
    )
  )

  it(
    "a callback that is registered after the end is called, and does not live on",
    inWorld(() =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* FiberExecutor.make().pipe(Scope.provide(scope))
        const future = yield* executor.submit(Effect.void)
        yield* Scope.close(scope, Exit.void)
        let calls = 0
        yield* Future.onDone(future, () =>
          Effect.andThen(
            Effect.sync(() => calls++),
            Effect.never
          )
        )
        assert.strictEqual(calls, 1)
      })
    )
  )

  it("nothing keeps the process alive", () => {
    // This one is about timers that are real. It ends by itself, or is killed.
    const program = `
      import { Effect } from "effect"
      import { Executor, FiberExecutor, Future } from "effect-futures"
      const before = process.getActiveResourcesInfo().toString()
      const hours = (count) => count * 3_600_000
      await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({
          maxWorkers: 2, timeout: hours(1), queueTimeout: hours(2), idleTimeToLive: hours(3)
        })
        for (let i = 0; i < 5; i++) yield* executor.submit(Effect.sleep(hours(1)))
        yield* Effect.forkChild(Executor.shutdown(executor, { timeout: hours(4) }))
        yield* Effect.forkChild(Executor.awaitIdle(executor))
        yield* Effect.sleep(1)
      })))
      const { setImmediate } = await import("node:timers/promises")
      await setImmediate()
      console.log(JSON.stringify([before, process.getActiveResourcesInfo().toString()]))
    `
    const { error, status, stderr, stdout } = spawnSync(
      process.execPath,
      ["--conditions=effect-futures-source", "--input-type=module", "--eval", program],
      { cwd: fileURLToPath(new URL("..", import.meta.url)), timeout: 60_000, encoding: "utf8" }
    )
    assert.deepStrictEqual([error, status, stderr], [undefined, 0, ""])
    const [before, after] = JSON.parse(stdout) as [string, string]
    assert.strictEqual(after, before)
  }, 70_000)
})

describe("what has settled is let go", () => {
  const results = (watched: Watched) => {
    const make = () => watched.add({ some: "result" })
    class SomeError extends Error {}
    const fail = () => watched.add(new SomeError("no"))
    return { make, fail }
  }

  live(
    "two hundred thousand tasks, their results and errors",
    () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 8 })
        const watched = new Watched()
        const { fail, make } = results(watched)
        for (let chunk = 0; chunk < 20; chunk++) {
          const futures: Array<Future.Future<unknown, unknown>> = []
          for (let i = 0; i < 10_000; i++) {
            // References are dear, so every hundredth is watched; a leak of every other would show all the same.
            const isWatched = i % 100 < 2
            const effect = isWatched
              ? i % 2 === 0
                ? Effect.sync(make)
                : Effect.suspend(() => Effect.fail(fail()))
              : Effect.void
            const future = yield* executor.submit(effect)
            if (isWatched) watched.add(future)
            futures.push(future)
          }
          yield* Future.wait(futures)
        }
        const { failed, succeeded } = yield* Executor.stats(executor)
        assert.strictEqual(succeeded + failed, 200_000)
        assert.isAtLeast(watched.size, 6_000)
        assert.strictEqual(yield* watched.kept, 0)
      }),
    minutes(5)
  )

  it(
    "tasks that were cancelled or timed out, while they were pending and while they ran",
    inWorld((world) =>
      Effect.gen(function* () {
        // Other tasks with limits of their own go on all the time.
        const executor = yield* FiberExecutor.make({ maxWorkers: 2, queueTimeout: 20 })
        yield* executor.submit(Effect.never, { timeout: "1 hour" })
        const watched = new Watched()
        const { make } = results(watched)
        const task = () => {
          const held = make()
          return Effect.never.pipe(Effect.ensuring(Effect.sync(() => held)))
        }
        for (let i = 0; i < 100; i++) {
          const running = watched.add(yield* executor.submit(task(), { timeout: 10 }))
          const pending = watched.add(yield* executor.submit(task()))
          const late = watched.add(yield* executor.submit(task()))
          yield* Effect.sleep(1)
          yield* Future.cancel(pending)
          if (i % 2 === 0) yield* Future.cancel(running)
          else yield* Future.await(running)
          yield* Effect.sleep(1)
          yield* Future.cancel(late)
        }
        const last = yield* executor.submit(task())
        const queued = yield* executor.submit(task())
        yield* Future.await(queued)
        yield* Future.cancel(last)
        const { cancelled, timedOut } = yield* Executor.stats(executor)
        assert.deepStrictEqual([cancelled, timedOut], [251, 51])
        assert.isAbove(world.clock.millis, 100)
        // The objects of the last round are still referenced by this generator.
        assert.isAtMost(yield* world.outside(watched.kept), 6)
      })
    )
  )

  live("what a task was submitted with, while others have limits", () =>
    Effect.gen(function* () {
      class Request extends Context.Service<Request, object>()("test/Request") {}
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const watched = new Watched()
      // The inner task is the first with a limit.
      const inner = Effect.flatMap(executor.submit(Effect.void, { timeout: "1 hour" }), Future.join)
      yield* Effect.suspend(() =>
        Executor.run(executor, Effect.as(inner, watched.add({}))).pipe(
          Effect.provideService(Request, Request.of(watched.add({ name: "request" })))
        )
      )
      yield* executor.submit(Effect.never, { timeout: "1 hour" })
      assert.strictEqual(yield* watched.kept, 0)
    })
  )

  live("pending tasks that are cancelled leave the line", () =>
    Effect.gen(function* () {
      const { executor } = yield* busy()
      const watched = new Watched()
      yield* repeat(20_000, (i) =>
        Effect.flatMap(executor.submit(Effect.never, { priority: i % 7 }), (future) =>
          Future.cancel(i % 100 === 0 ? watched.add(future) : future)
        )
      )
      assert.strictEqual(engineOf(executor).queue.size, 0)
      assert.strictEqual(yield* watched.kept, 0)
    })
  )

  live("tasks each of which submits the next", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      yield* doesNotGrow(30_000, (count) =>
        Effect.gen(function* () {
          const end = yield* Latch.make()
          const next = (left: number): Effect.Effect<unknown, unknown> =>
            left === 0 ? end.open : executor.submit(Effect.suspend(() => next(left - 1)))
          yield* next(count)
          yield* end.await
        })
      )
    })
  )

  live("results of map, while it goes on", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const watched = new Watched()
      const kept: Array<number> = []
      function* numbers() {
        for (let i = 0; ; i++) yield i
      }
      yield* Executor.map(executor, numbers(), (i) => Effect.sync(() => watched.add({ i })), { buffer: 4 }).pipe(
        Stream.mapEffect(({ i }) => (i % 1000 === 999 ? Effect.map(watched.kept, (_) => kept.push(_)) : Effect.void)),
        Stream.take(5000),
        Stream.runDrain
      )
      assert.strictEqual(kept.length, 5)
      assert.isAtMost(Math.max(...kept), 8)
    })
  )

  live("groups that were opened and closed eight thousand times, and their tasks", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      yield* doesNotGrow(2_000, (count) =>
        repeat(count, (i) =>
          Effect.scoped(
            Effect.gen(function* () {
              const group = yield* Executor.group(executor, { maxWorkers: 2, timeout: "1 hour" })
              yield* group.submit(Effect.never)
              if (i % 2 === 0) yield* Executor.run(group, Effect.void)
            })
          )
        )
      )
      assert.strictEqual(engineOf(executor).children.size, 0)
    })
  )

  live("executors that were made and closed", () =>
    doesNotGrow(700, (count) =>
      repeat(count, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make({ idleTimeToLive: "1 hour" })
            yield* Executor.run(executor, Effect.void, { timeout: "1 hour" })
            yield* Executor.shutdown(executor, { timeout: "1 hour" })
          })
        )
      )
    )
  )

  const waits: Record<string, (setup: Effect.Success<ReturnType<typeof busy>>) => Effect.Effect<unknown, unknown>> = {
    "Future.join": ({ never }) => never,
    "Future.await": ({ never }) => Future.await(never),
    "Future.result": ({ never }) => Future.result(never, { timeout: "1 hour" }),
    "Future.wait": ({ never }) => Future.wait([never], { timeout: "1 hour" }),
    "Future.asCompleted": ({ never }) => Stream.runDrain(Future.asCompleted([never])),
    "Executor.awaitIdle": ({ executor }) => Executor.awaitIdle(executor),
    "Executor.events": ({ executor }) => Stream.runDrain(Executor.events(executor)),
    "Executor.map": ({ executor }) => Stream.runDrain(Executor.map(executor, [1], () => Effect.void)),
    "Executor.run": ({ executor }) => Executor.run(executor, Effect.void),
    "a submission without room": ({ executor }) =>
      Effect.andThen(Executor.run(executor, Effect.void), executor.submit(Effect.void))
  }
  for (const [name, wait] of Object.entries(waits)) {
    live(`waits that were interrupted twelve thousand times: ${name}`, () =>
      Effect.gen(function* () {
        const setup = yield* busy({ capacity: name.includes("room") ? 0 : Infinity })
        const { executor, never } = setup
        yield* doesNotGrow(3_000, (count) =>
          repeat(count, () =>
            Effect.flatMap(Effect.forkChild(wait(setup), { startImmediately: true }), Fiber.interrupt)
          )
        )
        assert.strictEqual(observersOf(never), 0)
        yield* Future.cancel(never)
        assert.deepStrictEqual(
          leftovers(executor).filter((left) => !left.includes("workers") && !left.includes("unused")),
          []
        )
      })
    )
  }

  live("joins in a task that were interrupted", () =>
    Effect.gen(function* () {
      const { executor, never } = yield* busy({ maxWorkers: 2 })
      yield* Executor.run(
        executor,
        doesNotGrow(10_000, (count) =>
          repeat(count, () => Effect.flatMap(Effect.forkChild(never, { startImmediately: true }), Fiber.interrupt))
        )
      )
      assert.strictEqual(observersOf(never), 0)
    })
  )
})

describe("map over an iterable without end", () => {
  for (const ordered of [true, false]) {
    it(
      `holds at most as many items as its buffer, ${ordered ? "in order" : "as they come"}`,
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
          for (const buffer of [1, 2, 7]) {
            let taken = 0
            let handedOn = 0
            let most = 0
            let closed = 0
            const items = {
              [Symbol.iterator]: () => ({
                next: () => {
                  most = Math.max(most, ++taken - handedOn)
                  return { done: false as const, value: taken }
                },
                return: () => {
                  closed++
                  return { done: true as const, value: undefined }
                }
              })
            }
            yield* Executor.map(executor, items as Iterable<number>, (i) => Effect.sleep(i % 3), {
              buffer,
              ordered
            }).pipe(
              // The item is dealt with when the next is asked for.
              Stream.mapEffect(() =>
                Effect.sync(() => handedOn++).pipe(Effect.andThen(handedOn % 5 === 0 ? Effect.sleep(2) : Effect.void))
              ),
              Stream.take(50),
              Stream.runDrain
            )
            assert.strictEqual(most, buffer)
            assert.strictEqual(closed, 1)
          }
        })
      )
    )
  }
})

describe("streams and reports", () => {
  live("leave nothing of those that have ended", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const read = Executor.stream(executor, Stream.range(1, 100), { buffer: 2 }).pipe(Stream.take(5), Stream.runDrain)
      yield* doesNotGrow(1000, (count) => repeat(count, () => read))
      const reporting = Effect.gen(function* () {
        const future = yield* executor.submit(Effect.andThen(Effect.yieldNow, () => Task.report("one")))
        yield* Stream.runDrain(Future.reports(future))
      })
      yield* doesNotGrow(1000, (count) => repeat(count, () => reporting))
    })
  )

  live("keep no element that was read, however long the stream is", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const watched = new Watched()
      const elements = Stream.iterate(0, (n) => n + 1).pipe(Stream.map((n) => watched.add({ n })))
      const read = yield* Executor.stream(executor, elements, { buffer: 8 }).pipe(Stream.take(1000), Stream.runCount)
      assert.strictEqual(read, 1000)
      assert.isAtMost(yield* watched.kept, 16)
    })
  )

  live("leave no observer of who stops reading reports", () =>
    Effect.gen(function* () {
      const { never } = yield* busy()
      const reader = yield* Effect.forkChild(Stream.runDrain(Future.reports(never)), { startImmediately: true })
      yield* Effect.yieldNow
      assert.strictEqual(observersOf(never), 1)
      yield* Fiber.interrupt(reader)
      assert.strictEqual(observersOf(never), 0)
    })
  )
})

describe("a fiber that outlives its task", () => {
  it(
    "finds the scope of the task closed",
    inWorld(() =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const log: Array<string> = []
        const late = yield* Executor.run(
          executor,
          Effect.forkDetach(
            Effect.gen(function* () {
              yield* Effect.sleep(1)
              yield* Effect.addFinalizer(() => Effect.sync(() => log.push("closed")))
              yield* Effect.forkScoped(Effect.never)
              log.push("went on")
            })
          )
        )
        yield* Fiber.join(late)
        assert.deepStrictEqual(log, ["closed", "went on"])
      })
    )
  )
})
