import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { leftovers } from "./support/engineState.ts"
import { atEveryStep } from "./support/everyStep.ts"
import { joinedOutcomeOf, outcomeOf } from "./support/outcomeOf.ts"
import type { VirtualWorld } from "./support/VirtualWorld.ts"

/** An executor in a scope of its own, and what it says about its tasks. */
const setupExecutor = (world: VirtualWorld, options: FiberExecutor.Options = { maxWorkers: 1 }) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const executor = yield* FiberExecutor.make(options).pipe(Scope.provide(scope))
    const never = yield* Future.make<never>()
    const log: Array<string> = []
    return { world, scope, executor, never, log }
  })

type Setup = Effect.Success<ReturnType<typeof setupExecutor>>

/** Ends the executor; nothing must be left of it, and no observer of a future that goes on. */
const nothingLeft = ({ executor, never, scope }: Setup) =>
  Effect.gen(function* () {
    assert.isUndefined(observersOf(never), "observers are left")
    yield* Scope.close(scope, Exit.void)
    assert.deepStrictEqual(leftovers(executor), [])
    yield* Future.cancel(never)
  })

const observersOf = (future: unknown): unknown => {
  const { observers } = future as { readonly observers: unknown }
  return observers instanceof Set && observers.size === 0 ? undefined : observers
}

describe("whatever ends a task, between whichever two steps: everybody agrees on how it ended", () => {
  const bodies: Record<string, (log: Array<string>, setup: Setup) => Effect.Effect<unknown, unknown>> = {
    "a task that ends at once": () => Effect.succeed(1),
    "a task that fails": () => Effect.fail("no"),
    "a task that waits": () => Effect.as(Effect.sleep(2), 1),
    "a task with cleanup that takes time": (log) =>
      Effect.as(Effect.sleep(2), 1).pipe(
        Effect.ensuring(
          Effect.andThen(
            Effect.sleep(3),
            Effect.sync(() => log.push("clean"))
          )
        )
      ),
    "a task that cannot be interrupted": () => Effect.uninterruptible(Effect.as(Effect.sleep(2), 1)),
    "a task that joins a task": (_, { executor }) => Executor.run(executor, Effect.as(Effect.sleep(2), 1)),
    "a task that waits for a future, for a while": (_, { never }) => Future.result(never, { timeout: 9 })
  }
  const events: Record<
    string,
    (setup: Setup & { readonly future: () => Future.Future<unknown, unknown> | undefined }) => Effect.Effect<unknown>
  > = {
    "its cancellation": ({ future }) => Effect.suspend(() => cancelKnown(future())),
    "an interruption of its fiber": ({ future }) =>
      Effect.suspend(() => {
        const known = future()
        return known === undefined ? Effect.void : Fiber.interrupt(known.fiber)
      }),
    "a cancellation of it while it is pending": ({ future }) =>
      Effect.suspend(() => {
        const known = future()
        return known === undefined ? Effect.void : Future.cancel(known, { running: false })
      }),
    "the next moment": ({ world }) => Effect.sync(() => world.clock.advance()),
    "a shutdown that drains": ({ executor }) => Executor.shutdown(executor, { mode: "drain", timeout: 20 }),
    "a shutdown that cancels what is pending": ({ executor }) =>
      Executor.shutdown(executor, { mode: "cancelPending", timeout: 20 }),
    "a shutdown that interrupts": ({ executor }) => Executor.shutdown(executor, { mode: "interrupt" }),
    "the end of the executor's scope": ({ scope }) => Scope.close(scope, Exit.void)
  }
  const cancelKnown = (future: Future.Future<unknown, unknown> | undefined) =>
    future === undefined ? Effect.void : Effect.asVoid(Future.cancel(future))

  for (const [bodyName, body] of Object.entries(bodies)) {
    for (const [eventName, event] of Object.entries(events)) {
      for (const [variant, options] of Object.entries({
        "": { maxWorkers: 1 },
        ", timed": { maxWorkers: 1, timeout: 4, queueTimeout: 6 }
      } satisfies Record<string, FiberExecutor.Options>)) {
        it(`${eventName} and ${bodyName}${variant}`, async () => {
          const count = await atEveryStep({
            setup: (world) =>
              Effect.gen(function* () {
                const setup = yield* setupExecutor(world, options)
                const heard: Array<Executor.Event> = []
                yield* Executor.events(setup.executor).pipe(
                  Stream.runForEach((each) => Effect.sync(() => heard.push(each))),
                  Effect.forkDetach({ startImmediately: true })
                )
                let known: Future.Future<unknown, unknown> | undefined
                const seen: Array<string> = []
                return { ...setup, heard, seen, future: () => known, setFuture: (_: typeof known) => void (known = _) }
              }),
            main: (setup) =>
              Effect.gen(function* () {
                let runs = 0
                const future = yield* setup.executor.submit(
                  Effect.suspend(() => {
                    if (++runs > 1) setup.seen.push("ran twice")
                    return body(setup.log, setup)
                  })
                )
                setup.setFuture(future)
                yield* Future.onDone(future, ({ fiber }) => setup.seen.push(outcomeOf(fiber.pollUnsafe()!)))
                const joined = yield* Effect.exit(future)
                setup.seen.push(joinedOutcomeOf(joined, future))
                setup.seen.push(outcomeOf(yield* Future.await(future)))
                return future
              }),
            event,
            after: (setup) =>
              Effect.gen(function* () {
                yield* Scope.close(setup.scope, Exit.void)
                // The listener hears the last ones in a turn of its own.
                yield* Effect.sleep(1)
                const future = setup.future()
                if (future !== undefined) {
                  const outcome = outcomeOf(future.fiber.pollUnsafe()!)
                  assert.strictEqual(Future.isCancelled(future), outcome === "cancelled")
                  assert.deepStrictEqual(setup.seen, [outcome, outcome, outcome])
                  const ended = setup.heard.filter((each) => each._tag === "Ended").filter(({ id }) => id === future.id)
                  assert.deepStrictEqual<Array<string>>(
                    ended.map((each) => each.outcome),
                    [outcome]
                  )
                }
                const { cancelled, failed, succeeded, timedOut } = yield* Executor.stats(setup.executor)
                const submitted = setup.heard.filter((each) => each._tag === "Submitted").length
                assert.strictEqual(cancelled + failed + succeeded + timedOut, submitted)
                yield* nothingLeft(setup)
              })
          })
          assert.isAbove(count, 20)
        })
      }
    }
  }
})

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
