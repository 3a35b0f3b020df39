/**
 * What lets tasks begin, or keeps them waiting, in the moments at which two fibers change it at once: limits, keys, rates. And
 * what has to hold whichever comes first.
 */
import { Clock, Effect, Exit, Fiber, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { leftovers } from "../../support/engineState.ts"
import { markIf } from "./both.ts"
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

/** Both at once: one of them in this fiber, as each more would multiply the schedules. */
const both = <A, B, E, E2>(one: Effect.Effect<A, E>, other: Effect.Effect<B, E2>): Effect.Effect<[A, B], E | E2> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(named(other, "other"))
    const first = yield* one
    return [first, yield* Fiber.join(fiber)]
  })

/** Writes down what happens, and how many run at a time. */
class Watch {
  readonly log: Array<string> = []
  running = 0
  most = 0

  readonly say = (what: string): Effect.Effect<void> => Effect.sync(() => void this.log.push(what))

  readonly task = (name: string): Effect.Effect<string> =>
    Effect.suspend(() => {
      this.log.push(name)
      this.most = Math.max(this.most, ++this.running)
      return Effect.andThen(
        Effect.yieldNow,
        Effect.sync(() => {
          this.running--
          return name
        })
      )
    })

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
      yield* Interleave.reached(names.join())
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

/** A task, of which no more than `most` may run at a time, and how often it has begun. */
const counted = (most: number) => {
  let running = 0
  const counts = { begun: 0, most: 0 }
  const task = Effect.suspend(() => {
    counts.begun++
    check(++running <= most, true, `whether ${running} may run`)
    counts.most = Math.max(counts.most, running)
    return Effect.andThen(
      Effect.yieldNow,
      Effect.sync(() => running--)
    )
  })
  return { counts, task }
}

/** The limit goes down while one task runs and another is submitted: no more run than before, and a worker ends. */
export const lowerMaxWorkers = withExecutor(
  (executor) =>
    Effect.gen(function* () {
      const { counts, task } = counted(2)
      const first = yield* executor.submit(task)
      const [, second] = yield* both(Executor.setMaxWorkers(executor, 1), executor.submit(task))
      yield* first
      yield* second
      check(counts.begun, 2, "how many have begun")
      yield* Interleave.reached(`${counts.most} ran at a time`)
      // A worker that nothing uses is given back at the end of the turn.
      yield* Effect.sleep("1 second")
      check((yield* Executor.stats(executor)).workers, 1, "how many workers are left")
    }),
  { maxWorkers: 2 }
)

/** The limit goes up while one task ends and another waits for its worker: it begins once, and no more run than may from then on. */
export const raiseMaxWorkers = withExecutor(
  (executor) =>
    Effect.gen(function* () {
      const { counts, task } = counted(2)
      const first = yield* executor.submit(task)
      const second = yield* executor.submit(task)
      const raising = yield* Effect.forkChild(Executor.setMaxWorkers(executor, 2))
      yield* first
      yield* second
      yield* Fiber.join(raising)
      check(counts.begun, 2, "how many have begun")
      yield* Interleave.reached(`${counts.most} ran at a time`)
    }),
  { maxWorkers: 1 }
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
      let isPaused = false
      let isHeldUp = false
      const [future] = yield* both(
        Effect.map(executor.submit(watch.task("a")), (future) => {
          isHeldUp = isPaused
          return future
        }),
        Effect.andThen(
          Effect.map(Executor.pause(executor), () => void (isPaused = true)),
          Effect.map(Executor.resume(executor), () => void (isPaused = false))
        )
      )
      check((yield* future) === "a", true, "whether it gives what the task gives")
      check(watch.log.length, 1, "how often it has begun")
      yield* markIf(isHeldUp, "submitted while it was paused")
    }),
  { maxWorkers: 1 }
)
