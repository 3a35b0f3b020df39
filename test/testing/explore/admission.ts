/**
 * What lets tasks begin, or keeps them waiting, in the moments at which two fibers change it at once: limits, keys, rates. And
 * what has to hold whichever comes first.
 */
import { Clock, Effect, Exit, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { leftovers } from "../../support/engineState.ts"
import { check } from "./check.ts"

const { named } = Interleave

/** Runs it with an executor, then closes that, and sees to it that nothing is left. */
const withExecutor = (
  use: (executor: FiberExecutor.FiberExecutor) => Effect.Effect<void, unknown, Scope.Scope>,
  options: FiberExecutor.Options
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    // With a name that is the same in each schedule.
    const executor = yield* FiberExecutor.make({ name: "desk", ...options }).pipe(Scope.provide(scope))
    // Lets the executor's own fibers come to rest: the more there are in line, the more schedules.
    yield* Effect.yieldNow
    yield* use(executor).pipe(Scope.provide(scope))
    yield* Executor.awaitIdle(executor)
    yield* Scope.close(scope, Exit.void)
    // Time goes on when nobody has anything left to do.
    yield* Effect.sleep("1 minute")
    check(leftovers(executor).join(), "", "what is left")
  })

const both = <A, B, E, E2>(one: Effect.Effect<A, E>, other: Effect.Effect<B, E2>): Effect.Effect<[A, B], E | E2> =>
  Effect.all([named(one, "one"), named(other, "other")], { concurrency: "unbounded" })

/** Writes down what happens, and how many run at a time. */
class Watch {
  readonly log: Array<string> = []
  running = 0
  most = 0

  readonly say = (what: string): Effect.Effect<void> => Effect.sync(() => void this.log.push(what))

  readonly task = (name: string): Effect.Effect<string> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        this.log.push(name)
        this.most = Math.max(this.most, ++this.running)
      }),
      () => Effect.as(Effect.yieldNow, name),
      () => Effect.sync(() => this.running--)
    )

  isBefore(one: string, other: string): boolean {
    const [first, second] = [this.log.indexOf(one), this.log.indexOf(other)]
    return first >= 0 && (second < 0 || first < second)
  }
}

/** Two fibers submit to one key, while there are workers for both: one runs at a time, in the order of their submission. */
export const keyOrder = withExecutor(
  (executor) =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(executor)
      const watch = new Watch()
      const submit = (name: string) => keyed.get("ada").submit(watch.task(name))
      const [[a, b], c] = yield* both(Effect.all([submit("a"), submit("b")]), submit("c"))
      yield* Future.wait([a, b, c])
      check(watch.most, 1, "how many ran at a time")
      const inOrder = [a, b, c].toSorted((one, other) => one.id - other.id)
      const names = yield* Future.all(inOrder)
      check(watch.log.join(), names.join(), "the order in which they began")
    }),
  { maxWorkers: 2 }
)

/** A key with two tasks and one with one, and one worker: the second key has its turn before the first has its second. */
export const turns = withExecutor(
  (executor) =>
    Effect.gen(function* () {
      const keyed = yield* Executor.keyed(executor)
      const watch = new Watch()
      const submit = (key: string, name: string) =>
        Effect.tap(keyed.get(key).submit(watch.task(name)), () => watch.say(`${name} waits`))
      const [[a1, a2], b] = yield* both(Effect.all([submit("a", "a1"), submit("a", "a2")]), submit("b", "b"))
      yield* Future.wait([a1, a2, b])
      if (watch.isBefore("b waits", "a1")) {
        yield* Interleave.reached("both waited")
        check(watch.isBefore("b", "a2"), true, "whether the other key had its turn")
      }
      check(watch.most, 1, "how many ran at a time")
    }),
  { maxWorkers: 1 }
)

/** The limit is changed while tasks are submitted and begin: there are never more than the greater of both allows. */
export const setMaxWorkers = (before: number, after: number) =>
  withExecutor(
    (executor) =>
      Effect.gen(function* () {
        const watch = new Watch()
        const submit = (name: string) => executor.submit(watch.task(name))
        const [futures] = yield* both(Effect.all([submit("a"), submit("b")]), Executor.setMaxWorkers(executor, after))
        yield* Future.wait(futures)
        check(watch.most <= Math.max(before, after), true, `whether ${watch.most} may run`)
        check(watch.log.length, 2, "how many have begun")
        // A worker that nothing uses is given back at the end of the turn.
        yield* Effect.sleep("1 second")
        check((yield* Executor.stats(executor)).workers <= after, true, "whether workers that are too many have ended")
      }),
    { maxWorkers: before }
  )

/** A task that waits for the rate is cancelled just when that lets it begin: it runs, or the next one has what it left. */
export const cancelAgainstRate = withExecutor(
  (executor) =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      let begunAt = 0
      let isSecondBegun = false
      yield* executor.submit(Effect.void)
      const second = yield* executor.submit(Effect.sync(() => void (isSecondBegun = true)))
      const third = yield* executor.submit(
        Effect.map(Clock.currentTimeMillis, (time) => {
          begunAt = time - start
        })
      )
      yield* Effect.sleep("1 second")
      const isCancelled = yield* Future.cancel(second, { running: false })
      yield* Future.await(third)
      yield* Interleave.reached(isCancelled ? "it was cancelled before" : "it began")
      check(isSecondBegun, !isCancelled, "whether it began as cancel says")
      check(begunAt, isSecondBegun ? 2000 : 1000, "when the next one began")
    }),
  { maxWorkers: 2, rate: { limit: 1, every: "1 second" } }
)

/** It is paused while a task is submitted, and goes on: the task runs once. */
export const pauseAgainstSubmit = withExecutor(
  (executor) =>
    Effect.gen(function* () {
      const watch = new Watch()
      const [future] = yield* both(
        executor.submit(watch.task("a")),
        Effect.andThen(Executor.pause(executor), Executor.resume(executor))
      )
      check((yield* future) === "a", true, "whether it gives what the task gives")
      check(watch.log.length, 1, "how often it has begun")
    }),
  { maxWorkers: 1 }
)
