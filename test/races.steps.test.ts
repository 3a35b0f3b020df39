import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { atEveryStep } from "./support/everyStep.ts"
import { nothingLeft, observersOf, type Setup, setupExecutor, taskEnds } from "./support/taskEnds.ts"

// Tasks without limits are in test/soak.
taskEnds("a task with limits", { maxWorkers: 1, timeout: 4, queueTimeout: 6 })

describe("what ends between two steps of a wait for it does wake that wait", () => {
  const waits: Record<
    string,
    (future: Future.Settable<number>, executor: FiberExecutor.FiberExecutor) => Effect.Effect<unknown, unknown>
  > = {
    join: (future) => Future.join(future),
    await: (future) => Future.await(future),
    result: (future) => Future.result(future, { timeout: "1 hour" }),
    wait: (future) => Future.wait([future]),
    "wait for the first": (future) => Future.wait([future], { returnWhen: "firstCompleted", timeout: "1 hour" }),
    all: (future) => Future.all([future]),
    race: (future) => Future.race([future]),
    asCompleted: (future) => Stream.runDrain(Future.asCompleted([future])),
    "asCompleted in time": (future) => Stream.runDrain(Future.asCompleted([future], { timeout: "1 hour" })),
    "join in a task": (future, executor) => Executor.run(executor, future),
    map: (future, executor) => Stream.runDrain(Executor.map(executor, [1, 2], () => future)),
    "map, as they come": (future, executor) =>
      Stream.runDrain(Executor.map(executor, [1, 2], () => future, { ordered: false })),
    awaitIdle: (future, executor) => Effect.andThen(executor.submit(future), Executor.awaitIdle(executor)),
    shutdown: (future, executor) => Effect.andThen(executor.submit(future), Executor.shutdown(executor)),
    "a submission that waits for room": (future, executor) =>
      Effect.andThen(executor.submit(future), Effect.flatMap(executor.submit(future), Future.join)),
    "shutdown of a group, in a task": (future, executor) =>
      Executor.run(
        executor,
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          yield* group.submit(future)
          yield* Executor.shutdown(group)
        })
      )
  }
  for (const [name, wait] of Object.entries(waits)) {
    it(name, async () => {
      const count = await atEveryStep({
        setup: (world) =>
          Effect.gen(function* () {
            const setup = yield* setupExecutor(world, { maxWorkers: 1, capacity: 0 })
            return { ...setup, future: yield* Future.make<number>() }
          }),
        main: ({ executor, future }) => wait(future, executor),
        event: ({ future }) => Future.succeed(future, 1),
        after: (setup, exit) =>
          Effect.gen(function* () {
            assert.isTrue(Exit.isSuccess(exit), Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "")
            assert.isUndefined(observersOf(setup.future), "observers are left")
            yield* nothingLeft(setup)
          })
      })
      assert.isAbove(count, 5)
    })
  }
})

describe("what is interrupted between whichever two steps leaves nothing behind", () => {
  type Log = Array<string>
  const slow = (log: Log) =>
    Effect.sleep(3).pipe(
      Effect.ensuring(
        Effect.andThen(
          Effect.sleep(1),
          Effect.sync(() => log.push("clean"))
        )
      )
    )
  /** Items from an iterator that says whether it was told to end. */
  const items = (log: Log): Iterable<number> => ({
    [Symbol.iterator]: () => {
      log.push("opened")
      return {
        next: () => ({ done: false, value: 1 }),
        return: () => {
          log.push("closed")
          return { done: true, value: undefined }
        }
      }
    }
  })
  const operations: Record<string, (setup: Setup) => Effect.Effect<unknown, unknown>> = {
    run: ({ executor, log }) => Executor.run(executor, slow(log)),
    ttl: ({ executor, log }) => Executor.ttl(executor, () => slow(log), { timeout: 2 })(),
    "run that waits for room": ({ executor, log }) =>
      Effect.all([Executor.run(executor, slow(log)), Executor.run(executor, slow(log))], { concurrency: 2 }),
    "run in a task": ({ executor, log }) => Executor.run(executor, Executor.run(executor, slow(log))),
    "run in a task, which waits for room": ({ executor, log }) =>
      Executor.run(
        executor,
        Effect.all([Executor.run(executor, slow(log)), Executor.run(executor, slow(log))], { concurrency: 2 })
      ),
    map: ({ executor, log }) =>
      Executor.map(executor, items(log), () => slow(log), { buffer: 2 }).pipe(Stream.take(2), Stream.runDrain),
    "map, as they come": ({ executor, log }) =>
      Executor.map(executor, items(log), () => slow(log), { buffer: 2, ordered: false }).pipe(
        Stream.take(2),
        Stream.runDrain
      ),
    "map in a task": ({ executor, log }) =>
      Executor.run(
        executor,
        Executor.map(executor, items(log), () => slow(log), { buffer: 2 }).pipe(Stream.take(2), Stream.runDrain)
      ),
    "a pipeline of two maps": ({ executor, log }) =>
      Executor.map(executor, items(log), () => slow(log), { buffer: 2 }).pipe(
        Executor.map(executor, () => slow(log)),
        Stream.take(2),
        Stream.runDrain
      ),
    "a group": ({ executor, log }) =>
      Effect.scoped(
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          yield* Future.all([yield* group.submit(slow(log))])
        })
      ),
    "a group in a task": ({ executor, log }) =>
      Executor.run(
        executor,
        Effect.scoped(
          Effect.gen(function* () {
            const group = yield* Executor.group(executor, { maxWorkers: 1 })
            const future = yield* group.submit(slow(log))
            yield* future
            yield* group.submit(slow(log))
            yield* Executor.shutdown(group)
          })
        )
      ),
    "an executor": ({ log }) =>
      Effect.scoped(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1, idleTimeToLive: 2 })
          yield* executor.submit(slow(log))
          yield* Executor.shutdown(executor, { timeout: 50 })
        })
      ),
    join: ({ never }) => Future.join(never),
    await: ({ never }) => Future.await(never),
    result: ({ never }) => Future.result(never, { timeout: 5 }),
    wait: ({ never }) => Future.wait([never], { timeout: 5 }),
    asCompleted: ({ never }) => Stream.runDrain(Future.asCompleted([never], { timeout: 5 })),
    "join in a task": ({ executor, never }) => Executor.run(executor, never),
    awaitIdle: ({ executor, log }) => Effect.raceFirst(Executor.awaitIdle(executor), Executor.run(executor, slow(log))),
    events: ({ executor, log }) =>
      Effect.raceFirst(Stream.runDrain(Executor.events(executor)), Executor.run(executor, slow(log)))
  }
  for (const [name, operation] of Object.entries(operations)) {
    it(name, async () => {
      const count = await atEveryStep({
        setup: (world) => setupExecutor(world, { maxWorkers: 1, capacity: 0 }),
        main: operation,
        event: (_, fiber) => Fiber.interrupt(fiber),
        after: (setup) =>
          Effect.gen(function* () {
            const { cancelled, pending, running, succeeded, timedOut } = yield* Executor.stats(setup.executor)
            assert.deepStrictEqual({ pending, running }, { pending: 0, running: 0 }, "tasks go on")
            assert.strictEqual(count_(setup.log, "opened"), count_(setup.log, "closed"), "iterators left open")
            assert.isAtMost(count_(setup.log, "clean"), cancelled + succeeded + timedOut + 1)
            yield* nothingLeft(setup)
          })
      })
      assert.isAbove(count, 10)
    })
  }
  const count_ = (log: Log, what: string): number => log.filter((each) => each === what).length
})
