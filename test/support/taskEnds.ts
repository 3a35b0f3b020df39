import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { leftovers } from "./engineState.ts"
import { atEveryStep } from "./everyStep.ts"
import { joinedOutcomeOf, outcomeOf } from "./outcomeOf.ts"
import type { VirtualWorld } from "./VirtualWorld.ts"

/** An executor in a scope of its own, and what it says about its tasks. */
export const setupExecutor = (world: VirtualWorld, options: FiberExecutor.Options = { maxWorkers: 1 }) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const executor = yield* FiberExecutor.make(options).pipe(Scope.provide(scope))
    const never = yield* Future.make<never>()
    const log: Array<string> = []
    return { world, scope, executor, never, log }
  })

export type Setup = Effect.Success<ReturnType<typeof setupExecutor>>

/** Ends the executor; nothing must be left of it, and no observer of a future that goes on. */
export const nothingLeft = ({ executor, never, scope }: Setup) =>
  Effect.gen(function* () {
    assert.isUndefined(observersOf(never), "observers are left")
    yield* Scope.close(scope, Exit.void)
    assert.deepStrictEqual(leftovers(executor), [])
    yield* Future.cancel(never)
  })

export const observersOf = (future: unknown): unknown => {
  const { observers } = future as { readonly observers: unknown }
  return observers instanceof Set && observers.size === 0 ? undefined : observers
}

/** All ways in which a task can end, on an executor with these options: everybody agrees on how it ended. */
export const taskEnds = (name: string, options: FiberExecutor.Options): void => {
  describe(`whatever ends ${name}, between whichever two steps: everybody agrees on how it ended`, () => {
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
        it(`${eventName} and ${bodyName}`, async () => {
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
  })
}
