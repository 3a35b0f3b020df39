import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Context, Effect, Exit, Fiber, Layer, ManagedRuntime, Scheduler, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { leftovers } from "./support/engineState.ts"
import { inWorld } from "./support/inWorld.ts"
import { outcomeOf } from "./support/outcomeOf.ts"
import { Random } from "./support/Random.ts"
import { VirtualClock } from "./support/VirtualWorld.ts"

const pretty = (exit: Exit.Exit<unknown, unknown>): string =>
  exit._tag === "Success" ? "success" : Cause.pretty(exit.cause).split("\n")[0]!

/** Errors that are thrown into the process while the test runs, and would end it otherwise. */
const thrownIntoProcess = Effect.acquireRelease(
  Effect.sync(() => {
    const original = globalThis.queueMicrotask
    const thrown: Array<unknown> = []
    globalThis.queueMicrotask = (job) =>
      original(() => {
        try {
          job()
        } catch (error) {
          thrown.push(error)
        }
      })
    return { thrown, restore: () => (globalThis.queueMicrotask = original) }
  }),
  ({ restore }) => Effect.sync(restore)
).pipe(Effect.map(({ thrown }) => thrown))

/** The executor takes tasks and ends as if nothing had happened. */
const isWell = (executor: FiberExecutor.FiberExecutor) =>
  Effect.gen(function* () {
    assert.strictEqual(yield* Executor.run(executor, Effect.succeed(1), { timeout: "1 hour" }), 1)
    const { pending, running } = yield* Executor.stats(executor)
    assert.deepStrictEqual([pending, running], [0, 0])
    yield* Executor.shutdown(executor)
    assert.deepStrictEqual(leftovers(executor), [])
  })

const observerThatThrows = (future: Future.Future<unknown, unknown>) =>
  Effect.sync(() => {
    future.fiber.addObserver(() => {
      throw new Error("observer")
    })
  })

describe("a task that crashes takes nothing else down", () => {
  const noEffect = undefined as never
  const tasks: Record<string, { readonly task: Effect.Effect<unknown, unknown, Scope.Scope>; readonly says: string }> =
    {
      "it throws": {
        task: Effect.sync(() => {
          throw new Error("boom")
        }),
        says: "boom"
      },
      "it throws what is no error": {
        task: Effect.suspend(() => {
          throw undefined
        }),
        says: "undefined"
      },
      "it throws in withFiber": {
        task: Effect.withFiber(() => {
          throw new Error("boom")
        }),
        says: "boom"
      },
      "it goes on with what is no effect": {
        task: Effect.flatMap(Effect.void, () => noEffect),
        says: "Not a valid effect"
      },
      "its finalizer dies": { task: Effect.addFinalizer(() => Effect.die(new Error("boom"))), says: "boom" },
      "its finalizer throws": {
        task: Effect.addFinalizer(() => {
          throw new Error("boom")
        }),
        says: "boom"
      },
      "its generator throws while it is closed": {
        task: Effect.gen(function* () {
          try {
            yield* Effect.fail("no")
          } finally {
            yield* Effect.die(new Error("boom"))
          }
        }),
        says: "no"
      }
    }
  for (const [name, { says, task }] of Object.entries(tasks)) {
    it(
      name,
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const future = yield* executor.submit(task)
          const behind = yield* executor.submit(Effect.succeed(1))
          let calls = 0
          yield* Future.onDone(future, () => void calls++)
          const exit = yield* Future.await(future)
          assert.include(pretty(exit), says)
          assert.strictEqual(yield* behind, 1)
          assert.deepStrictEqual([future.state, calls], ["finished", 1])
          assert.strictEqual((yield* Executor.stats(executor)).failed, 1)
          yield* isWell(executor)
        })
      )
    )
  }

  it(
    "one whose finalizer dies when it is stopped, by a cancellation or a timeout",
    inWorld(() =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const task = Effect.andThen(
          Effect.addFinalizer(() => Effect.die(new Error("boom"))),
          Effect.never
        )
        const cancelled = yield* executor.submit(task)
        yield* Effect.yieldNow
        assert.isFalse(yield* Future.cancel(cancelled))
        assert.strictEqual(cancelled.state, "finished")
        assert.include(pretty(yield* Effect.exit(cancelled)), "boom")
        const late = yield* executor.submit(task, { timeout: 5 })
        const exit = yield* Future.await(late)
        assert.strictEqual(outcomeOf(exit), "timedOut")
        assert.include(Cause.pretty((exit as Exit.Failure<unknown, unknown>).cause), "boom")
        const { failed, timedOut } = yield* Executor.stats(executor)
        assert.deepStrictEqual([failed, timedOut], [1, 1])
        yield* isWell(executor)
      })
    )
  )
})

describe("an observer of a task's fiber that throws", () => {
  it(
    "reaches the process, and stops neither the tasks behind nor the joiners",
    inWorld(() =>
      Effect.gen(function* () {
        const thrown = yield* thrownIntoProcess
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const futures = []
        for (let i = 0; i < 3; i++) {
          const future = yield* executor.submit(Effect.succeed(i))
          yield* observerThatThrows(future)
          futures.push(future)
        }
        assert.deepStrictEqual(yield* Future.all(futures), [0, 1, 2])
        yield* isWell(executor)
        yield* Effect.sleep(1)
        assert.deepStrictEqual(thrown.map(String), Array(3).fill("Error: observer"))
      })
    )
  )

  const stops: Record<
    string,
    (
      executor: FiberExecutor.FiberExecutor,
      futures: ReadonlyArray<Future.Future<unknown, unknown>>
    ) => Effect.Effect<unknown, unknown, Scope.Scope>
  > = {
    "a shutdown": (executor) => Executor.shutdown(executor, { mode: "interrupt" }),
    "a cancellation of all": (_, futures) => Effect.exit(Future.all([...futures, futures[0]!])),
    "a race": (_, futures) =>
      Effect.flatMap(Future.make<number>(), (winner) =>
        Effect.andThen(Future.succeed(winner, 1), Future.race([...futures, winner]))
      ),
    "a timeout": (_, futures) => Future.wait(futures)
  }
  for (const [name, stop] of Object.entries(stops)) {
    it(
      `does not keep ${name} from stopping the others`,
      inWorld(() =>
        Effect.gen(function* () {
          const thrown = yield* thrownIntoProcess
          const executor = yield* FiberExecutor.make({ maxWorkers: 2, queueTimeout: 20 })
          const futures = []
          for (let i = 0; i < 4; i++) {
            const future = yield* executor.submit(Effect.never, { timeout: 5 })
            yield* observerThatThrows(future)
            futures.push(future)
          }
          yield* stop(executor, futures)
          assert.isTrue(futures.every(Future.isDone))
          yield* Effect.sleep(1)
          assert.deepStrictEqual(thrown.map(String), Array(4).fill("Error: observer"))
          if (name !== "a shutdown") yield* isWell(executor)
        })
      )
    )
  }

  it(
    "or that submits, cancels and shuts down, finds the counters right",
    inWorld(() =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const future = yield* executor.submit(Effect.void)
        const pending = yield* executor.submit(Effect.never)
        const seen: Array<unknown> = []
        const context = yield* Effect.context<never>()
        future.fiber.addObserver(() => {
          const { pending: waiting, running, succeeded } = Effect.runSync(Executor.stats(executor))
          seen.push([waiting + running, succeeded, future.state])
          Effect.runForkWith(context)(Future.cancel(pending))
          seen.push(pending.state)
          Effect.runForkWith(context)(executor.submit(Effect.sync(() => seen.push("ran"))))
          Effect.runForkWith(context)(Executor.shutdown(executor))
        })
        yield* Future.await(pending)
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(seen, [[1, 1, "finished"], "cancelled", "ran"])
        assert.deepStrictEqual(leftovers(executor), [])
      })
    )
  )
})

describe("callbacks that crash", () => {
  it(
    "are called once each, in order, and stop no other",
    inWorld(() =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const order: Array<number> = []
        const future = yield* executor.submit(Effect.void)
        for (let i = 0; i < 6; i++) {
          yield* Future.onDone(future, (): unknown => {
            order.push(i)
            if (i % 3 === 0) throw new Error("boom")
            return i % 3 === 1 ? Effect.die(new Error("boom")) : Promise.reject(new Error("boom"))
          })
        }
        yield* future
        yield* isWell(executor)
        assert.deepStrictEqual(order, [0, 1, 2, 3, 4, 5])
      })
    )
  )
})

describe("map, where something of the user's throws", () => {
  const iterable = (iterator: object) => ({ [Symbol.iterator]: () => iterator }) as Iterable<number>
  const boom = (): never => {
    throw new Error("boom")
  }
  const next = () => ({ done: false, value: 1 })
  it(
    "fails, leaves nothing running, and closes an iterator as a loop would",
    inWorld(() =>
      Effect.gen(function* () {
        let closed = 0
        const close = () => {
          closed++
          return { done: true, value: undefined }
        }
        let calls = 0
        const cases: ReadonlyArray<readonly [string, Iterable<number>, (i: number) => Effect.Effect<unknown>, number]> =
          [
            ["f", iterable({ next, return: close }), boom, 1],
            ["f, later", iterable({ next, return: close }), () => (++calls > 3 ? boom() : Effect.never), 1],
            ["what f gives", iterable({ next, return: close }), () => undefined as never, 1],
            ["next", iterable({ next: boom, return: close }), () => Effect.void, 0],
            ["return", iterable({ next, return: boom }), () => Effect.die(new Error("boom")), 0],
            ["the making of the iterator", { [Symbol.iterator]: boom }, () => Effect.void, 0]
          ]
        for (const [name, items, f, closes] of cases) {
          closed = 0
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const consumer = yield* Effect.forkChild(
            Stream.runDrain(Executor.map(executor, items, f, { buffer: 8, ordered: false }))
          )
          const exit = yield* Effect.timeoutOrElse(Fiber.await(consumer), {
            duration: 10,
            // Where tasks wait for ever, the failure comes after them.
            orElse: () => Effect.andThen(Fiber.interrupt(consumer), Effect.succeed(Exit.die(new Error("boom"))))
          })
          assert.match(pretty(exit), /boom|expected an Effect/, name)
          assert.strictEqual(closed, closes, name)
          yield* isWell(executor)
        }
      })
    )
  )
})

describe("a clock", () => {
  class StandingClock implements Clock.Clock {
    readonly currentTimeMillis = Effect.succeed(0)
    readonly currentTimeNanos = Effect.succeed(0n)
    readonly monotonicTimeNanos = Effect.succeed(0n)
    currentTimeMillisUnsafe() {
      return 0
    }
    currentTimeNanosUnsafe() {
      return 0n
    }
    monotonicTimeNanosUnsafe() {
      return 0n
    }
    sleep(): Effect.Effect<void> {
      return Effect.void
    }
  }
  class BrokenClock extends StandingClock {
    override sleep() {
      return Effect.die(new Error("broken"))
    }
  }
  for (const [name, clock] of [
    ["that stands still, and whose sleeps take no time", new StandingClock()],
    ["whose sleeps die", new BrokenClock()]
  ] as const) {
    it(
      `${name}, does not keep the executor busy for ever`,
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1, queueTimeout: 10 })
          const future = yield* executor.submit(Effect.never, { timeout: 10 })
          const pending = yield* executor.submit(Effect.never)
          assert.strictEqual(outcomeOf(yield* Future.await(future)), "timedOut")
          yield* Future.cancel(pending)
          yield* isWell(executor)
        }).pipe(Effect.provideService(Clock.Clock, clock))
      )
    )
  }

  it(
    "of one submitter is not that of another: each has its own deadlines",
    inWorld((world) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
        const other = new VirtualClock(new Random(1))
        const here = yield* executor.submit(Effect.never, { timeout: 10 })
        const elsewhere = yield* executor
          .submit(Effect.never, { timeout: 10 })
          .pipe(Effect.provideService(Clock.Clock, other))
        yield* Effect.sleep(5)
        other.advance()
        yield* Future.await(elsewhere)
        assert.deepStrictEqual([here.state, other.millis, world.clock.millis], ["running", 10, 5])
        assert.strictEqual(outcomeOf(yield* Future.await(here)), "timedOut")
        assert.strictEqual(world.clock.millis, 10)
        yield* isWell(executor)
      })
    )
  )
})

describe("runtimes", () => {
  /** Something of everything. */
  const everything = Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ maxWorkers: 2, capacity: 3 })
    const fib = (n: number): Effect.Effect<number, unknown> =>
      n < 2
        ? Effect.succeed(n)
        : Effect.gen(function* () {
            const one = yield* executor.submit(fib(n - 1))
            return (yield* Executor.run(executor, fib(n - 2))) + (yield* one)
          })
    const sum = yield* Executor.run(executor, fib(8))
    const mapped = yield* Stream.runCollect(Executor.map(executor, [1, 2, 3, 4], (i) => Effect.succeed(i * i)))
    const grouped = yield* Effect.scoped(
      Effect.gen(function* () {
        const group = yield* Executor.group(executor, { maxWorkers: 1, onFailure: "cancelAll" })
        const never = yield* group.submit(Effect.never)
        const fails = yield* group.submit(Effect.fail("no"), { priority: 1 })
        yield* Future.cancel(never)
        yield* Future.wait([never, fails])
        return [never.state, fails.state]
      })
    )
    const called: Array<string> = []
    const future = yield* executor.submit(Effect.yieldNow)
    yield* Future.onDone(future, ({ state }) => called.push(state))
    yield* Future.all([future])
    yield* Executor.shutdown(executor)
    assert.deepStrictEqual(leftovers(executor), [])
    return { sum, mapped, grouped, called }
  }).pipe(Effect.scoped)
  const expected = { sum: 21, mapped: [1, 4, 9, 16], grouped: ["cancelled", "finished"], called: ["finished"] }

  it("that let fibers take but three steps at a time", async () => {
    const found = await Effect.runPromise(everything.pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, 3)))
    assert.deepStrictEqual(found, expected)
  })

  it("that never make a fiber give way", async () => {
    const found = await Effect.runPromise(everything.pipe(Effect.provideService(Scheduler.PreventSchedulerYield, true)))
    assert.deepStrictEqual(found, expected)
  })

  it("that are synchronous: tasks that do not wait run in Effect.runSync, however many they are", () => {
    const program = Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const futures = []
      for (let i = 0; i < 10_000; i++) futures.push(yield* executor.submit(Effect.succeed(i)))
      const values = yield* Future.all(futures)
      let sum = 0
      for (let i = 0; i < 10_000; i++) sum += yield* Executor.run(executor, Effect.succeed(1))
      yield* Executor.shutdown(executor)
      return [values.length, sum]
    })
    assert.deepStrictEqual(Effect.runSync(Effect.scoped(program)), [10_000, 10_000])
  })

  it("whose scheduler throws at a task's first step: the task fails, and no worker is lost", async () => {
    const IsVictim = Context.Reference<boolean>("IsVictim", { defaultValue: () => false })
    const scheduler = new Scheduler.MixedScheduler()
    const throwing: Scheduler.Scheduler = {
      executionMode: "async",
      shouldYield: (fiber) => {
        if (fiber.currentOpCount === 1 && fiber.getRef(IsVictim)) throw new Error("scheduler")
        return scheduler.shouldYield(fiber)
      },
      makeDispatcher: () => scheduler.makeDispatcher()
    }
    const program = Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      for (const timeout of [undefined, 1000]) {
        for (const isForkedBefore of [false, true]) {
          const submit = executor.submit(Effect.succeed(1), { timeout })
          const future = yield* Effect.provideService(submit, IsVictim, true)
          if (isForkedBefore) assert.isDefined(future.fiber)
          assert.include(pretty(yield* Future.await(future)), "scheduler")
          assert.strictEqual(future.state, "finished")
        }
      }
      yield* isWell(executor)
    })
    await Effect.runPromise(Effect.scoped(program), { scheduler: throwing })
  })

  it("of which there are many: an executor outlives those that submit to it", async () => {
    const scope = Effect.runSync(Scope.make())
    const executor = Effect.runSync(FiberExecutor.make({ maxWorkers: 3 }).pipe(Scope.provide(scope)))
    const runtimes = Array.from({ length: 100 }, () => ManagedRuntime.make(Layer.empty))
    const futures = await Promise.all(
      runtimes.map((runtime, i) => runtime.runPromise(executor.submit(Effect.as(Effect.yieldNow, i))))
    )
    await Promise.all(runtimes.map((runtime) => runtime.dispose()))
    assert.deepStrictEqual(await Effect.runPromise(Future.all(futures)), Array.from(futures.keys()))
    await Effect.runPromise(Scope.close(scope, Exit.void))
    assert.deepStrictEqual(leftovers(executor), [])
  })
})
