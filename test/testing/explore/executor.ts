/**
 * A fiber executor with one worker, and one or two tasks, in the moments at which two things happen to them at once; and
 * what has to hold whichever comes first.
 */
import { Effect, Exit, Fiber, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { leftovers } from "../../support/engineState.ts"
import { joinedOutcomeOf, outcomeOf } from "../../support/outcomeOf.ts"
import { both, markIf } from "./both.ts"
import { check } from "./check.ts"

const { named } = Interleave

type AnyFuture = Future.Future<unknown, unknown>

/** A task that knows what has become of it. */
class Probe {
  begun = 0
  completed = 0
  finalized = 0
  /** Where it was at each step. */
  steps = 0
  readonly task: Effect.Effect<string, unknown>

  constructor(work: Effect.Effect<unknown, unknown> = Effect.void) {
    this.task = Effect.acquireUseRelease(
      Effect.sync(() => {
        this.begun++
        this.steps++
      }),
      () =>
        Effect.andThen(
          work,
          Effect.sync(() => {
            this.completed++
            this.steps++
            return "done"
          })
        ),
      () =>
        Effect.sync(() => {
          this.finalized++
          this.steps++
        })
    )
  }
}

interface Entry {
  readonly probe: Probe
  /** None if its submitter was interrupted, and nobody has it. */
  future: AnyFuture | undefined
  isRefused: boolean
  /** How often its callback was called. */
  told: number
  /** What its steps were when it was cancelled. */
  cancelledAt: number | undefined
}

const outcomes = ["succeeded", "failed", "cancelled", "timedOut"] as const

/** An executor, and the tasks that it has been given. */
class Desk {
  readonly executor: FiberExecutor.FiberExecutor
  readonly scope: Scope.Closeable
  readonly entries: Array<Entry> = []

  constructor(executor: FiberExecutor.FiberExecutor, scope: Scope.Closeable) {
    this.executor = executor
    this.scope = scope
  }

  readonly submit = (
    probe: Probe,
    { to = this.executor, ...options }: Executor.SubmitOptions & { readonly to?: Executor.EffectExecutor<unknown> } = {}
  ) =>
    Effect.gen({ self: this }, function* () {
      const entry: Entry = { probe, future: undefined, isRefused: false, told: 0, cancelledAt: undefined }
      this.entries.push(entry)
      const future: AnyFuture = yield* Effect.tapError(to.submit(probe.task, options), () =>
        Effect.sync(() => {
          entry.isRefused = true
        })
      )
      yield* Effect.uninterruptible(
        Effect.suspend(() => {
          entry.future = future
          return Future.onDone(future, () => {
            entry.told++
          })
        })
      )
      return future
    })

  /** Cancels it, and sees to it that it is over with that. */
  readonly cancel = (future: AnyFuture, options?: { readonly running?: boolean }) =>
    Effect.gen({ self: this }, function* () {
      const isCancelled = yield* Future.cancel(future, options)
      if (options?.running !== false) {
        check(Future.isDone(future), true, "whether it is done when cancel returns")
      }
      if (isCancelled) {
        check(Future.isCancelled(future), true, "whether it is cancelled as cancel said")
        const entry = this.entries.find((entry) => entry.future === future)
        if (entry !== undefined) entry.cancelledAt = entry.probe.steps
      }
      return isCancelled
    })

  /** To be called when nothing goes on any more. A callback may be called later than that, but before the end. */
  check(isEnd: boolean): void {
    const counted = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
    let lost = 0
    for (const { probe, future, isRefused, told, cancelledAt } of this.entries) {
      check(probe.begun <= (isRefused ? 0 : 1), true, "whether it has begun as often as it may")
      check(probe.finalized, probe.begun, "how often its finalizer ran")
      if (cancelledAt !== undefined) check(probe.steps, cancelledAt, "its steps when it was cancelled")
      if (future === undefined) {
        if (!isRefused) lost++
        continue
      }
      const exit = future.fiber.pollUnsafe()
      check(exit !== undefined && Future.isDone(future), true, "whether it is done")
      const outcome = outcomeOf(exit!) as (typeof outcomes)[number]
      check(future.state === "cancelled", outcome === "cancelled", `whether what ${outcome} is cancelled`)
      if (outcome === "succeeded") check(probe.completed, 1, "how often it came to its end")
      check(isEnd || told > 1 ? told : 1, 1, "how often its callback was called")
      counted[outcome]++
    }
    const stats = Effect.runSync(Executor.stats(this.executor))
    check(stats.pending + stats.running, 0, "what is pending or runs")
    let more = 0
    for (const outcome of outcomes) {
      more += stats[outcome] - counted[outcome]
      if (lost === 0) check(stats[outcome], counted[outcome], `the count of ${outcome}`)
    }
    check(more <= lost, true, "whether no more have ended than there were")
  }

  /** Marks what has become of each task, by the order of their submission. */
  readonly mark = Effect.suspend(() =>
    Effect.forEach(this.entries, ({ probe, future, isRefused }, at) => {
      const exit = future?.fiber.pollUnsafe()
      const end = exit !== undefined ? outcomeOf(exit) : isRefused ? "refused" : "lost"
      return Interleave.reached(`${at + 1} ${end}${probe.begun === 0 && !isRefused ? ", not begun" : ""}`)
    })
  )
}

/** Runs it with an executor, then closes that, and sees to it that the books are right then, and empty. */
const withDesk = (
  use: (desk: Desk) => Effect.Effect<void, unknown>,
  options: FiberExecutor.Options = {}
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    // With a name that is the same in each schedule.
    const executor = yield* FiberExecutor.make({ name: "desk", maxWorkers: 1, ...options }).pipe(Scope.provide(scope))
    const desk = new Desk(executor, scope)
    // Lets the executor's own fibers come to rest: the more there are in line, the more schedules.
    yield* Effect.yieldNow
    yield* use(desk)
    yield* Effect.sleep("1 minute")
    yield* Executor.awaitIdle(executor)
    desk.check(false)
    yield* Scope.close(scope, Exit.void)
    // Time goes on when nobody has anything left to do.
    yield* Effect.sleep("1 minute")
    desk.check(true)
    check(leftovers(executor).join(), "", "what is left")
    yield* desk.mark
  })

const second = Effect.sleep("1 second")

/** Two fibers submit a task each, and join it: one runs at a time. */
export const submitAndJoin = withDesk((desk) =>
  Effect.gen(function* () {
    let running = 0
    const alone = Effect.acquireUseRelease(
      Effect.sync(() => ++running),
      (now) => Effect.as(Effect.yieldNow, check(now, 1, "tasks that run")),
      () => Effect.sync(() => --running)
    )
    const client = Effect.gen(function* () {
      const future = yield* desk.submit(new Probe(alone))
      check((yield* future) === "done", true, "whether it gives what the task gives")
    })
    yield* both(client, client)
  })
)

/** It is cancelled while it begins, runs, or ends. */
export const cancelAgainstCompletion = withDesk((desk) =>
  Effect.gen(function* () {
    const probe = new Probe(Effect.yieldNow)
    const future = yield* desk.submit(probe)
    const [isCancelled, joined] = yield* both(desk.cancel(future), Effect.exit(future))
    check(joinedOutcomeOf(joined, future) === "cancelled", isCancelled, "whether a joiner is told so")
  })
)

/** The one that waits is cancelled just when the one before it ends, and it would begin. */
export const cancelAgainstStart = withDesk((desk) =>
  Effect.gen(function* () {
    yield* desk.submit(new Probe(second))
    const probe = new Probe()
    const future = yield* desk.submit(probe)
    yield* named(Effect.andThen(second, desk.cancel(future)), "canceller")
  })
)

/** The same, if it is to be left alone once it runs: what was cancelled has never begun. */
export const cancelPendingAgainstStart = withDesk((desk) =>
  Effect.gen(function* () {
    yield* desk.submit(new Probe(second))
    const probe = new Probe()
    const future = yield* desk.submit(probe)
    const isCancelled = yield* named(Effect.andThen(second, desk.cancel(future, { running: false })), "canceller")
    yield* Future.await(future)
    check(probe.begun, isCancelled ? 0 : 1, "how often it has begun")
  })
)

/** Two cancel it at once: both wait, and get the same answer. */
export const twoCancels = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(new Probe(Effect.ensuring(Effect.yieldNow, Effect.yieldNow)))
    const [one, other] = yield* both(desk.cancel(future), desk.cancel(future))
    check(one, other, "the answers")
  })
)

/** It takes a second, and may. */
export const timeoutAgainstCompletion = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(new Probe(second), { timeout: "1 second" })
    const outcome = joinedOutcomeOf(yield* Effect.exit(future), future)
    check(outcome === "succeeded" || outcome === "timedOut", true, `whether ${outcome} may be`)
  })
)

/** It is cancelled just when its time is over. */
export const timeoutAgainstCancel = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(new Probe(Effect.never), { timeout: "1 second" })
    const isCancelled = yield* named(Effect.andThen(second, desk.cancel(future)), "canceller")
    const outcome = outcomeOf(yield* Future.await(future))
    check(outcome, isCancelled ? "cancelled" : "timedOut", "how it ended")
  })
)

/** Its time to wait is over just when it gets the worker: it begins, or it has timed out. */
export const queueTimeoutAgainstStart = withDesk(
  (desk) =>
    Effect.gen(function* () {
      yield* desk.submit(new Probe(second))
      const probe = new Probe()
      const future = yield* desk.submit(probe)
      const outcome = outcomeOf(yield* Future.await(future))
      check(outcome, probe.begun === 1 ? "succeeded" : "timedOut", "how it ended")
    }),
  { queueTimeout: "1 second" }
)

const shutdown = (mode: Executor.ShutdownMode) => (desk: Desk) => Executor.shutdown(desk.executor, { mode })

/** It is shut down while a task is submitted: that one is refused, or ends as the mode says. */
export const submitAgainstShutdown = (mode: Executor.ShutdownMode) =>
  withDesk((desk) =>
    Effect.gen(function* () {
      yield* desk.submit(new Probe(Effect.yieldNow))
      const [submitted] = yield* both(Effect.exit(desk.submit(new Probe())), shutdown(mode)(desk))
      if (Exit.isFailure(submitted)) check(outcomeOf(submitted), "failed", "how it was refused")
      for (const { probe, future } of desk.entries) {
        if (future === undefined) continue
        check(Future.isDone(future), true, "whether it is done after the shutdown")
        if (mode === "drain") check(future.state === "finished", true, "whether it was let finish")
        if (mode === "cancelPending" && future.state === "cancelled") {
          check(probe.begun, 0, "how often one that was pending has begun")
        }
      }
      const again = yield* Effect.flip(desk.executor.submit(Effect.void))
      check(again._tag === "ExecutorShutdownError", true, "whether it takes no more")
    })
  )

/** Two shut it down at once: both wait for the end, and the stricter mode counts. */
export const twoShutdowns = withDesk((desk) =>
  Effect.gen(function* () {
    const probe = new Probe(Effect.never)
    yield* desk.submit(probe)
    yield* both(shutdown("drain")(desk), shutdown("interrupt")(desk))
    check(probe.completed, 0, "how often it came to its end")
  })
)

/** The patience of a shutdown ends just when the task does. */
export const shutdownTimeoutAgainstCompletion = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(new Probe(second))
    yield* Executor.shutdown(desk.executor, { mode: "drain", timeout: "1 second" })
    check(Future.isDone(future), true, "whether it is done after the shutdown")
  })
)

/** Whoever shuts it down is interrupted: it ends all the same. */
export const interruptedShutdown = withDesk((desk) =>
  Effect.gen(function* () {
    yield* desk.submit(new Probe(Effect.yieldNow))
    const closer = yield* Effect.forkChild(named(shutdown("drain")(desk), "closer"), { startImmediately: true })
    yield* both(Fiber.interrupt(closer), Effect.yieldNow)
    yield* shutdown("drain")(desk)
  })
)

/** A task that submits one to its own executor and joins it, with the only worker. */
const outer = (desk: Desk, inner: Probe) => new Probe(Effect.flatMap(desk.submit(inner), Future.join))

/** A task waits for its own executor, and another one wants the worker that it lends. */
export const lending = withDesk((desk) =>
  Effect.gen(function* () {
    yield* both(
      Effect.flatMap(desk.submit(outer(desk, new Probe(Effect.yieldNow))), Future.join),
      Effect.flatMap(desk.submit(new Probe()), Future.join)
    )
    check((yield* Executor.stats(desk.executor)).succeeded, 3, "tasks that succeeded")
  })
)

/** A task that waits for its own executor is cancelled, wherever it is. */
export const lendingAgainstCancel = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(outer(desk, new Probe(Effect.yieldNow)))
    yield* both(desk.cancel(future), Effect.yieldNow)
  })
)

/** What a task waits for is cancelled. */
export const lendingAgainstInnerCancel = withDesk((desk) =>
  Effect.gen(function* () {
    const inner = new Probe(Effect.yieldNow)
    const future = yield* desk.submit(outer(desk, inner))
    const cancelInner = Effect.suspend(() => {
      const future = desk.entries.find(({ probe }) => probe === inner)?.future
      return future === undefined ? Effect.succeed(false) : desk.cancel(future)
    })
    const [, joined] = yield* both(cancelInner, Effect.exit(future))
    const isInnerCancelled = desk.entries.some(
      ({ probe, future }) => probe === inner && future !== undefined && Future.isCancelled(future)
    )
    check(Exit.isSuccess(joined), !isInnerCancelled, "whether the outer one succeeds")
  })
)

/** It is shut down while a task waits for its own executor. */
export const lendingAgainstShutdown = (mode: Executor.ShutdownMode) =>
  withDesk((desk) =>
    Effect.gen(function* () {
      yield* desk.submit(outer(desk, new Probe(Effect.yieldNow)))
      yield* both(shutdown(mode)(desk), Effect.yieldNow)
      for (const { future } of desk.entries) {
        if (future !== undefined) check(Future.isDone(future), true, "whether it is done")
      }
    })
  )

/** What waits for its own executor takes a second too long. */
export const lendingAgainstTimeout = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(outer(desk, new Probe(second)), { timeout: "1 second" })
    yield* Future.await(future)
  })
)

/** So many tasks that one more has to wait for room. Gives the first. No effect of its own, which would be more steps. */
const fill = function* (desk: Desk, capacity: number, work: Effect.Effect<unknown, unknown> = Effect.yieldNow) {
  const first = yield* desk.submit(new Probe(work))
  if (capacity > 0) yield* desk.submit(new Probe())
  return first
}

/** A submitter waits for room, and is interrupted just when there is some. */
export const roomAgainstInterrupt = (capacity: number) =>
  withDesk(
    (desk) =>
      Effect.gen(function* () {
        yield* fill(desk, capacity, second)
        const probe = new Probe()
        const submitter = yield* Effect.forkChild(named(Effect.exit(desk.submit(probe)), "submitter"))
        yield* Effect.andThen(second, Fiber.interrupt(submitter))
        yield* Executor.awaitIdle(desk.executor)
        const isIn = desk.entries.some((entry) => entry.probe === probe && entry.future !== undefined)
        if (isIn) check(probe.completed, 1, "how often it came to its end")
      }),
    { capacity }
  )

/** A submitter waits for room while it is shut down: it is refused, or what it has submitted ends as the mode says. */
export const roomAgainstShutdown = (mode: Executor.ShutdownMode, capacity: number) =>
  withDesk(
    (desk) =>
      Effect.gen(function* () {
        yield* fill(desk, capacity)
        const probe = new Probe()
        const [submitted] = yield* both(Effect.exit(desk.submit(probe)), shutdown(mode)(desk))
        const error = Exit.isFailure(submitted) ? outcomeOf(submitted) : "none"
        check(["none", "failed"].includes(error), true, `that it ${error}`)
        if (Exit.isSuccess(submitted) && mode === "drain") check(probe.completed, 1, "how often it came to its end")
      }),
    { capacity }
  )

/** A submitter waits for room, which there is when the task before it is cancelled. */
export const roomAgainstCancel = (capacity: number) =>
  withDesk(
    (desk) =>
      Effect.gen(function* () {
        const first = yield* fill(desk, capacity, Effect.never)
        const probe = new Probe()
        yield* both(Effect.flatMap(desk.submit(probe), Future.join), desk.cancel(first))
        check(probe.completed, 1, "how often it came to its end")
      }),
    { capacity }
  )

/** With `overflow: "fail"` a submitter is refused, or has its place. */
export const overflowAgainstCompletion = withDesk(
  (desk) =>
    Effect.gen(function* () {
      yield* desk.submit(new Probe(second))
      const probe = new Probe()
      const submitted = yield* Effect.exit(Effect.andThen(second, desk.submit(probe)))
      yield* Executor.awaitIdle(desk.executor)
      check(probe.completed, Exit.isSuccess(submitted) ? 1 : 0, "how often it came to its end")
    }),
  { capacity: 0, overflow: "fail" }
)

/** Whoever runs a task on it is interrupted, wherever that may be: the task does not outlive it. */
export const runAgainstInterrupt = withDesk((desk) =>
  Effect.gen(function* () {
    const probe = new Probe(Effect.yieldNow)
    const runner = yield* Effect.forkChild(named(Executor.run(desk.executor, probe.task), "runner"))
    yield* both(Fiber.interrupt(runner), Effect.yieldNow)
    check(probe.finalized, probe.begun, "how often its finalizer ran")
    const { pending, running } = yield* Executor.stats(desk.executor)
    check(pending + running, 0, "what is pending or runs when the runner is gone")
    // What was run has no future to be known by.
    desk.entries.push({ probe, future: undefined, isRefused: false, told: 0, cancelledAt: undefined })
  })
)

/** Its scope closes just when the task begins, runs, or ends. */
export const scopeAgainstCompletion = withDesk((desk) =>
  Effect.gen(function* () {
    const client = Effect.exit(
      Effect.flatMap(desk.submit(new Probe(Effect.ensuring(Effect.yieldNow, Effect.yieldNow))), Future.join)
    )
    yield* both(client, Scope.close(desk.scope, Exit.void))
    for (const { future } of desk.entries) {
      if (future !== undefined) check(Future.isDone(future), true, "whether it is done")
    }
  })
)

/** Whoever waits until it is idle goes on when it is. */
export const idleAgainstCancel = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(new Probe(Effect.never))
    yield* desk.submit(new Probe())
    yield* both(Executor.awaitIdle(desk.executor), desk.cancel(future))
    const { pending, running } = yield* Executor.stats(desk.executor)
    check(pending + running, 0, "what is pending or runs")
  })
)

/** A callback that takes time is added just when the task ends: it is called once, and the shutdown waits for it. */
export const callbackAgainstCompletion = withDesk((desk) =>
  Effect.gen(function* () {
    const future = yield* desk.submit(new Probe(Effect.yieldNow))
    let [calls, ends] = [0, 0]
    const callback = Effect.andThen(
      Effect.sync(() => calls++),
      Effect.andThen(
        Effect.yieldNow,
        Effect.sync(() => ends++)
      )
    )
    yield* both(
      Future.onDone(future, () => callback),
      Effect.andThen(Future.await(future), Effect.yieldNow)
    )
    yield* shutdown("drain")(desk)
    check(calls, 1, "calls")
    check(ends, 1, "calls that ended")
  })
)

const withGroup = (
  options: Executor.GroupOptions,
  use: (desk: Desk, group: Executor.EffectExecutor<unknown>) => Effect.Effect<void, unknown>
) =>
  withDesk((desk) =>
    Effect.scoped(
      Effect.flatMap(Executor.group(desk.executor, { name: "group", ...options }), (group) => use(desk, group))
    )
  )

/** A task of a group fails, which cancels its sibling wherever that is, also one that is submitted just then. */
export const groupFailure = withGroup({ onFailure: "cancelAll" }, (desk, group) =>
  Effect.gen(function* () {
    yield* desk.submit(new Probe(Effect.andThen(Effect.yieldNow, Effect.fail("no"))), { to: group })
    const sibling = new Probe(Effect.never)
    yield* both(Effect.exit(desk.submit(sibling, { to: group })), Effect.yieldNow)
    yield* Executor.awaitIdle(group)
    check(sibling.completed, 0, "how often the sibling came to its end")
  })
)

/** A task of a group fails while one of the executor itself waits: that one runs all the same. */
export const groupFailureAmongOthers = withGroup({ onFailure: "cancelAll" }, (desk, group) =>
  Effect.gen(function* () {
    yield* desk.submit(new Probe(Effect.andThen(Effect.yieldNow, Effect.fail("no"))), { to: group })
    const [sibling, other] = [new Probe(Effect.never), new Probe()]
    // Refused, if the other one has failed already.
    yield* Effect.exit(desk.submit(sibling, { to: group }))
    yield* Effect.flatMap(desk.submit(other), Future.join)
    yield* Executor.awaitIdle(group)
    check(sibling.begun, 0, "how often the sibling has begun")
    check(other.completed, 1, "how often the other came to its end")
  })
)

/** The scope of a group closes while its task waits, begins, or runs, and one of the executor itself is there too. */
export const groupScope = withDesk((desk) =>
  Effect.gen(function* () {
    const probe = new Probe(Effect.ensuring(Effect.yieldNow, Effect.yieldNow))
    const inGroup = Effect.scoped(
      Effect.gen(function* () {
        const group = yield* Executor.group(desk.executor, { name: "group" })
        yield* desk.submit(probe, { to: group })
        yield* Effect.yieldNow
      })
    )
    const other = new Probe()
    yield* both(inGroup, Effect.flatMap(desk.submit(other), Future.join))
    check(other.completed, 1, "how often the other came to its end")
    check(probe.finalized, probe.begun, "how often its finalizer ran")
  })
)

/** A group is shut down from inside a task of its executor, which lends it its worker for that. */
export const groupShutdownFromInside = withDesk((desk) =>
  Effect.gen(function* () {
    const nested = new Probe(Effect.yieldNow)
    const future = yield* desk.submit(
      new Probe(
        Effect.scoped(
          Effect.gen(function* () {
            const group = yield* Executor.group(desk.executor, { name: "group" })
            yield* desk.submit(nested, { to: group })
            yield* Executor.shutdown(group, { mode: "drain" })
            check(nested.completed, 1, "how often the nested one came to its end")
          })
        )
      )
    )
    yield* both(Future.join(future), Effect.yieldNow)
  })
)

/** The winner of a race is there just when the other one is: the other is cancelled, or has ended. */
export const race = withDesk(
  (desk) =>
    Effect.gen(function* () {
      const futures = [yield* desk.submit(new Probe(second)), yield* desk.submit(new Probe(second))]
      yield* Future.race(futures)
      for (const future of futures) check(Future.isDone(future), true, "whether it is done")
      check(futures.some(Future.isCancelled) && futures.every(Future.isCancelled), false, "that all lost")
    }),
  { maxWorkers: 2 }
)

/** A lane has been idle for long enough just when a task comes that could use it. */
export const idleLaneAgainstSubmit = withDesk(
  (desk) =>
    Effect.gen(function* () {
      yield* Effect.flatMap(desk.submit(new Probe()), Future.join)
      yield* second
      const { workers } = yield* Executor.stats(desk.executor)
      yield* Effect.flatMap(desk.submit(new Probe(second)), Future.join)
      yield* Effect.andThen(markIf(workers === 0, "the lane had ended"), markIf(workers === 1, "the lane was there"))
    }),
  { idleTimeToLive: "1 second" }
)
