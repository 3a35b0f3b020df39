import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Context,
  Data,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  Latch,
  Logger,
  Option,
  Scheduler,
  Scope,
  Stream
} from "effect"
import { TestClock } from "effect/testing"
import {
  Executor,
  FiberExecutor,
  Future,
  InvalidOptionsError,
  InvalidStateError,
  Task,
  TaskCancelledError,
  TaskTimeoutError
} from "effect-futures"
import { format, inspect } from "node:util"

class Refused extends Data.TaggedError("Refused")<{ readonly n: number }> {}
class Bell extends Context.Service<Bell, { readonly ring: Effect.Effect<void> }>()("test/Bell") {}

const Numbers = Task.module(import.meta.url, { double: (n: number) => n * 2 })

/** As many turns as any other fiber needs that has something to do. */
const letOthersRun = Effect.yieldNow.pipe(Effect.repeat({ times: 50 }))

const forkNow = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

/** Whether a fiber still waits after everything else that could go on has gone on. */
const isWaiting = (fiber: Fiber.Fiber<unknown, unknown>) =>
  Effect.gen(function* () {
    for (let turns = 0; turns < 500 && fiber.pollUnsafe() === undefined; turns++) yield* Effect.yieldNow
    return fiber.pollUnsafe() === undefined
  })

/** Moves the time, once all that are going to sleep do. */
const pass = (duration: Duration.Input) =>
  letOthersRun.pipe(Effect.andThen(TestClock.adjust(duration)), Effect.andThen(letOthersRun))

/** A task that says when it has begun, ends as `end` says, and then cleans up for as long as `cleanup` is closed. */
const makeJob = <A = string, E = never>() => {
  const begun = Latch.makeUnsafe()
  const end = Deferred.makeUnsafe<A, E>()
  const cleanup = Latch.makeUnsafe(true)
  const log: Array<string> = []
  const cleaning = Effect.gen(function* () {
    log.push("cleaning up")
    yield* cleanup.await
    log.push("gone")
  })
  const task = begun.open.pipe(Effect.andThen(Deferred.await(end)), Effect.ensuring(cleaning))
  return { begun, end, cleanup, log, task }
}

/** Submits such a task and waits until it has begun. */
const startJob = <A = string, E = never>(
  executor: FiberExecutor.FiberExecutor,
  options?: Executor.SubmitOptions & { readonly slowCleanup?: boolean }
) =>
  Effect.gen(function* () {
    const job = makeJob<A, E>()
    if (options?.slowCleanup === true) job.cleanup.closeUnsafe()
    const future = yield* executor.submit(job.task, options)
    yield* job.begun.await
    return { ...job, future }
  })

/** A future made by hand that has ended so. */
const ended = <A, E>(exit: Exit.Exit<A, E>, options?: { readonly name: string }) =>
  Effect.gen(function* () {
    const future = yield* Future.make<A, E>(options)
    yield* Future.done(future, exit)
    return future
  })

/** Three futures made by hand. */
const makeThree = Effect.all([
  Future.make<number, string>({ name: "a" }),
  Future.make<number, string>({ name: "b" }),
  Future.make<number, string>({ name: "c" })
])

const names = (futures: Iterable<Future.Future<unknown, unknown>>) => Array.from(futures, (future) => future.name)

/** How many wait to be told of the end of a future. */
const observersOf = (future: Future.Future<unknown, unknown>): number => {
  const observers: (() => void) | Set<() => void> | undefined = Reflect.get(future, "observers")
  return observers instanceof Set ? observers.size : observers === undefined ? 0 : 1
}

const onlyReason = <A, E>(exit: Exit.Exit<A, E>): Cause.Reason<E> => {
  const reasons = exit._tag === "Failure" ? exit.cause.reasons : []
  const [reason] = reasons
  return reason !== undefined && reasons.length === 1 ? reason : assert.fail(`not one reason: ${inspect(exit)}`)
}

const defectOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.exit(effect), (exit) => {
    const reason = onlyReason(exit)
    return reason._tag === "Die" ? reason.defect : assert.fail(`not a defect: ${inspect(reason)}`)
  })

const assertInvalidOption = (error: unknown, option: string, value: unknown) => {
  if (!(error instanceof InvalidOptionsError)) return assert.fail(`not an InvalidOptionsError: ${inspect(error)}`)
  assert.strictEqual(error.option, option)
  assert.isTrue(Object.is(error.value, value), `the value is ${inspect(error.value)}`)
  assert.include(error.message, `Invalid option ${option}: got `)
}

/** That running it dies with an `InvalidOptionsError` which names the option and its value. */
const diesOf = (option: string, value: unknown, make: () => Effect.Effect<unknown, unknown>) =>
  Effect.map(defectOf(Effect.suspend(make)), (defect) => assertInvalidOption(defect, option, value))

const failsWithInvalidState = (
  effect: Effect.Effect<unknown, InvalidStateError>,
  future: Future.Future<unknown, unknown>,
  operation: string
) =>
  Effect.gen(function* () {
    const printed = String(future)
    const error = yield* Effect.flip(effect)
    assert.instanceOf(error, InvalidStateError)
    assert.strictEqual(error.future, printed)
    assert.strictEqual(error.operation, operation)
    assert.include(error.message, `Future.${operation} does not apply to ${printed}`)
    assert.strictEqual(String(future), printed)
  })

const isCancelledError = (error: unknown, task: string) => {
  assert.instanceOf(error, TaskCancelledError)
  assert.strictEqual(error instanceof TaskCancelledError && error.task, task)
}

/** A scheduler that makes every fiber give way before each of its steps, until it is told who goes on. */
const givesWayAlways = () => {
  const turns: Array<() => void> = []
  // Giving way and going on after it are two steps.
  const stepsToGo = new WeakMap<Fiber.Fiber<unknown, unknown>, number>()
  const scheduler: Scheduler.Scheduler = {
    executionMode: "async",
    shouldYield: (fiber) => {
      const left = stepsToGo.get(fiber) ?? 0
      stepsToGo.set(fiber, left === 0 ? 2 : left - 1)
      return left === 0
    },
    makeDispatcher: () => ({ scheduleTask: (turn) => void turns.push(turn), flush: () => {} })
  }
  const goOnWhile = (condition: () => boolean) => {
    for (let turn = turns.shift(); turn !== undefined; turn = condition() ? turns.shift() : undefined) turn()
  }
  return { context: Context.make(Scheduler.Scheduler, scheduler), goOnWhile }
}

const captureLogs = () => {
  const logs: Array<{ readonly level: string; readonly message: unknown; readonly cause: Cause.Cause<unknown> }> = []
  const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
    logs.push({ level: logLevel, message, cause })
  })
  return { logs, layer: Logger.layer([logger]) }
}

/** Values from outside that are no futures of this library. */
const strangers: ReadonlyArray<readonly [string, unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["an object", {}],
  ["a string", "future"],
  ["a promise", Promise.resolve(1)],
  ["a fiber", Effect.runFork(Effect.never)],
  ["an effect", Effect.succeed(1)]
]
const asFuture = (value: unknown) => value as Future.Settable<number, string>
const asFutures = (value: unknown) => value as Iterable<Future.Future<number, string>>

const badTimeouts: ReadonlyArray<unknown> = [-1, NaN, "-1 second", Duration.millis(-5), "soon", {}, null, true]
const asTimeout = (value: unknown) => value as Duration.Input

describe("Future", () => {
  describe("state", () => {
    it.effect("is pending while it waits for a worker, running when it has one, finished when it has ended", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        const job = makeJob()
        const future = yield* executor.submit(job.task)
        yield* letOthersRun
        assert.strictEqual(future.state, "pending")
        yield* Deferred.succeed(first.end, "done")
        yield* job.begun.await
        assert.strictEqual(future.state, "running")
        yield* Deferred.succeed(job.end, "done")
        yield* future
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("is running until the finalizers have ended", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        yield* Deferred.succeed(job.end, "done")
        yield* letOthersRun
        assert.deepStrictEqual(job.log, ["cleaning up"])
        assert.strictEqual(job.future.state, "running")
        yield* job.cleanup.open
        yield* job.future
        assert.strictEqual(job.future.state, "finished")
      })
    )

    it.effect("is finished after a failure, a defect and a timeout", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const failed = yield* executor.submit(Effect.fail("no"))
        const died = yield* executor.submit(Effect.die("oh"))
        const slow = yield* executor.submit(Effect.never, { timeout: "1 second" })
        yield* pass("1 second")
        assert.deepStrictEqual([failed.state, died.state, slow.state], ["finished", "finished", "finished"])
      })
    )

    it.effect("is cancelled after an interruption, before it ran or while", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        yield* Future.cancel(pending)
        yield* Future.cancel(running.future)
        assert.deepStrictEqual([pending.state, running.future.state], ["cancelled", "cancelled"])
      })
    )

    it.effect("is cancelled after a shutdown that interrupts", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assert.deepStrictEqual([pending.state, running.future.state], ["cancelled", "cancelled"])
      })
    )

    it.effect("is finished if a finalizer died while it was cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const future = yield* executor.submit(
          Effect.andThen(begun.open, Effect.never).pipe(Effect.ensuring(Effect.die("oh")))
        )
        yield* begun.await
        assert.isFalse(yield* Future.cancel(future))
        assert.strictEqual(future.state, "finished")
      })
    )
  })

  describe("id", () => {
    it.effect("is greater for what was submitted or made later", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const first = yield* executor.submit(Effect.void)
        const second = yield* Future.make<void>()
        const third = yield* executor.submit(Effect.void)
        assert.isTrue(first.id < second.id && second.id < third.id)
      })
    )
  })

  describe("name", () => {
    it.effect("is the one given at submission, or the task's own, or made from the id", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const given = yield* executor.submit(Numbers.double(1), { name: "given" })
        const own = yield* executor.submit(Numbers.double(1))
        const made = yield* executor.submit(Effect.void)
        assert.strictEqual(given.name, "given")
        assert.strictEqual(own.name, Numbers.double(1).name)
        assert.strictEqual(made.name, `task-${made.id}`)
      })
    )
  })

  describe("fiber", () => {
    it.effect("is the task's: it ends with the same exit", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const good = yield* executor.submit(Effect.succeed(1))
        const bad = yield* executor.submit(Effect.fail("no"))
        assert.deepStrictEqual(yield* Fiber.await(good.fiber), Exit.succeed(1))
        assert.deepStrictEqual(yield* Fiber.await(bad.fiber), Exit.fail("no"))
      })
    )

    it.effect("runs the task: what the task sees as its own fiber is the future's", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.withFiber((fiber) => Effect.succeed(fiber.id)))
        assert.strictEqual(yield* future, future.fiber.id)
      })
    )

    it.effect("interrupted, cancels the future, when it runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        yield* Fiber.interrupt(job.future.fiber)
        assert.strictEqual(job.future.state, "cancelled")
        assert.deepStrictEqual(job.log, ["cleaning up", "gone"])
        assert.strictEqual((yield* Executor.stats(executor)).cancelled, 1)
      })
    )

    it.effect("interrupted, cancels the future, when it is pending: it leaves the queue and never runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        let ran = false
        const future = yield* executor.submit(Effect.sync(() => (ran = true)))
        yield* Fiber.interrupt(future.fiber)
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual((yield* Executor.stats(executor)).pending, 0)
        yield* Deferred.succeed(first.end, "done")
        yield* Executor.awaitIdle(executor)
        assert.isFalse(ran)
      })
    )

    it.effect("interrupted, cancels the future also if its cleaning up takes longer than its timeout", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const stop = {
          cancel: (future: Future.Future<unknown, unknown>) => Future.cancel(future),
          interrupt: (future: Future.Future<unknown, unknown>) => Fiber.interrupt(future.fiber)
        }
        for (const how of ["cancel", "interrupt"] as const) {
          const job = yield* startJob(executor, { timeout: "10 seconds", slowCleanup: true })
          const stopping = yield* forkNow(stop[how](job.future))
          yield* pass("20 seconds")
          yield* job.cleanup.open
          yield* Fiber.join(stopping)
          assert.strictEqual(job.future.state, "cancelled", how)
        }
      })
    )

    it.effect("interrupted, cancels a future made by hand", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Fiber.interrupt(future.fiber)
        assert.strictEqual(future.state, "cancelled")
      })
    )
  })

  describe("isFuture", () => {
    it.effect("is true for futures of an executor and for those made by hand", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        assert.isTrue(Future.isFuture(yield* executor.submit(Effect.void)))
        assert.isTrue(Future.isFuture(yield* Future.make<void>()))
      })
    )

    for (const [what, value] of strangers) {
      it(`is false for ${what}`, () => {
        assert.isFalse(Future.isFuture(value))
      })
    }
  })

  describe("make", () => {
    it.effect("gives a future that is pending", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        assert.strictEqual(future.state, "pending")
        yield* letOthersRun
        assert.strictEqual(future.state, "pending")
      })
    )

    it.effect("gives a future that outlives the fiber and the scope that made it", () =>
      Effect.gen(function* () {
        const future = yield* Fiber.join(yield* forkNow(Effect.scoped(Future.make<number>())))
        yield* letOthersRun
        assert.strictEqual(future.state, "pending")
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* future, 1)
      })
    )

    it.effect("names it as it is told, or after its number", () =>
      Effect.gen(function* () {
        const named = yield* Future.make<number>({ name: "answer" })
        const unnamed = yield* Future.make<number>()
        assert.strictEqual(named.name, "answer")
        assert.strictEqual(unnamed.name, `task-${unnamed.id}`)
      })
    )

    it.effect("dies of a name that is empty or no string", () =>
      Effect.gen(function* () {
        yield* diesOf("name", "", () => Future.make<number>({ name: "" }))
        yield* diesOf("name", 5, () => Future.make<number>({ name: 5 as unknown as string }))
      })
    )

    it.effect("makes a new future each time it runs", () =>
      Effect.gen(function* () {
        const make = Future.make<number>()
        const one = yield* make
        const other = yield* make
        yield* Future.succeed(one, 1)
        assert.strictEqual(other.state, "pending")
      })
    )
  })

  describe("setRunning", () => {
    it.effect("takes a pending future to running, and gives true", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        assert.isTrue(yield* Future.setRunning(future))
        assert.strictEqual(future.state, "running")
      })
    )

    it.effect("gives false for one that was cancelled before, which stays cancelled", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.cancel(future)
        assert.isFalse(yield* Future.setRunning(future))
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("fails with InvalidStateError for one that runs", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.setRunning(future)
        yield* failsWithInvalidState(Future.setRunning(future), future, "setRunning")
      })
    )

    it.effect("fails with InvalidStateError for one that has finished", () =>
      Effect.gen(function* () {
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* ended<number, string>(exit)
          yield* failsWithInvalidState(Future.setRunning(future), future, "setRunning")
        }
      })
    )

    it.effect("lets joiners wait on", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const joiner = yield* forkNow(future)
        yield* Future.setRunning(future)
        assert.isTrue(yield* isWaiting(joiner))
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* Fiber.join(joiner), 1)
      })
    )
  })

  describe("succeed", () => {
    it.effect("settles a pending future with a value", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.succeed(future, 42)
        assert.strictEqual(future.state, "finished")
        assert.deepStrictEqual(yield* Future.poll(future), Option.some(Exit.succeed(42)))
      })
    )

    it.effect("settles a running future", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.setRunning(future)
        yield* Future.succeed(future, 42)
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* future, 42)
      })
    )

    it.effect("wakes those who wait", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const joiner = yield* forkNow(future)
        yield* Future.succeed(future, 42)
        assert.strictEqual(yield* Fiber.join(joiner), 42)
      })
    )

    it.effect("takes the value first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* future.pipe(Future.succeed(42))
        assert.strictEqual(yield* future, 42)
      })
    )

    it.effect("does nothing before it runs", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const settling = Future.succeed(future, 42)
        assert.strictEqual(future.state, "pending")
        yield* settling
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("settles at once and for good, even if the future's fiber has to give way before each step", () =>
      Effect.gen(function* () {
        for (const isEarly of [true, false]) {
          const { context, goOnWhile } = givesWayAlways()
          const making = Effect.runForkWith(context)(Future.make<number>())
          // Either the future's fiber has done nothing yet, or it waits to be settled.
          goOnWhile(() => !isEarly || making.pollUnsafe() === undefined)
          const future = yield* Fiber.join(making)
          yield* Future.succeed(future, 42)
          assert.strictEqual(future.state, "finished")
          assert.deepStrictEqual(yield* Future.poll(future), Option.some(Exit.succeed(42)))
          yield* failsWithInvalidState(Future.succeed(future, 43), future, "succeed")
          yield* failsWithInvalidState(Future.setRunning(future), future, "setRunning")
          const cancelling = yield* forkNow(Future.cancel(future))
          goOnWhile(() => true)
          assert.isFalse(yield* Fiber.join(cancelling))
          assert.strictEqual(yield* future, 42)
        }
      })
    )
  })

  describe("fail", () => {
    it.effect("settles a pending future with an error", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, Refused>()
        const refused = new Refused({ n: 1 })
        yield* Future.fail(future, refused)
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* Effect.flip(future), refused)
      })
    )

    it.effect("settles a running future", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* Future.setRunning(future)
        yield* Future.fail(future, "no")
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* Effect.flip(future), "no")
      })
    )

    it.effect("takes the error first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* future.pipe(Future.fail("no"))
        assert.strictEqual(yield* Effect.flip(future), "no")
      })
    )
  })

  describe("failCause", () => {
    it.effect("settles a future with a cause, all of it", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        const cause = Cause.combine(Cause.fail("no"), Cause.die("oh"))
        yield* Future.failCause(future, cause)
        assert.strictEqual(future.state, "finished")
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.failCause(cause))
      })
    )

    it.effect("cancels a future if the cause is only an interruption", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.failCause(future, Cause.interrupt(7))
        assert.strictEqual(future.state, "cancelled")
        isCancelledError(yield* Effect.flip(future), future.name)
      })
    )

    it.effect("finishes a future if the cause is an interruption among others", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* Future.failCause(future, Cause.combine(Cause.interrupt(7), Cause.fail("no")))
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("takes the cause first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* future.pipe(Future.failCause(Cause.fail("no")))
        assert.strictEqual(yield* Effect.flip(future), "no")
      })
    )
  })

  describe("done", () => {
    it.effect("settles a future with the exit, whichever it is", () =>
      Effect.gen(function* () {
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* Future.make<number, string>()
          yield* Future.done(future, exit)
          assert.strictEqual(future.state, "finished")
          assert.deepStrictEqual(yield* Future.await(future), exit)
        }
      })
    )

    it.effect("cancels a future if the exit is an interruption", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* Future.done(future, Exit.interrupt(7))
        assert.strictEqual(future.state, "cancelled")
        isCancelledError(yield* Effect.flip(future), future.name)
      })
    )

    it.effect("takes the exit first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        const exit: Exit.Exit<number, string> = Exit.succeed(1)
        yield* future.pipe(Future.done(exit))
        assert.strictEqual(yield* future, 1)
      })
    )
  })

  const settlers = {
    succeed: (future: Future.Settable<number, string>) => Future.succeed(future, 2),
    fail: (future: Future.Settable<number, string>) => Future.fail(future, "second"),
    failCause: (future: Future.Settable<number, string>) => Future.failCause(future, Cause.die("second")),
    done: (future: Future.Settable<number, string>) => Future.done(future, Exit.succeed(2))
  }

  for (const [operation, settle] of Object.entries(settlers)) {
    describe(operation, () => {
      it.effect("fails with InvalidStateError if the future has finished, and leaves it as it is", () =>
        Effect.gen(function* () {
          for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
            const future = yield* ended<number, string>(exit)
            yield* failsWithInvalidState(settle(future), future, operation)
            assert.deepStrictEqual(yield* Future.await(future), exit)
          }
        })
      )

      it.effect("fails with InvalidStateError if the future was cancelled", () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number, string>()
          yield* Future.cancel(future)
          yield* failsWithInvalidState(settle(future), future, operation)
          assert.strictEqual(future.state, "cancelled")
        })
      )

      it.effect("settles once when many fibers try at the same time", () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number, string>()
          const exits = yield* Effect.forEach([1, 2, 3, 4], () => Effect.exit(settle(future)), {
            concurrency: "unbounded"
          })
          assert.deepStrictEqual(
            exits.map((exit) => exit._tag),
            ["Success", "Failure", "Failure", "Failure"]
          )
        })
      )
    })
  }

  for (const [operation, change] of Object.entries({ ...settlers, setRunning: Future.setRunning<number, string> })) {
    describe(operation, () => {
      it.effect("refuses a future that an executor owns, pending, running or done, and does not touch it", () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const first = yield* startJob(executor)
          const second = yield* executor.submit(Effect.succeed("second"))
          yield* failsWithInvalidState(change(asFuture(first.future)), first.future, operation)
          yield* failsWithInvalidState(change(asFuture(second)), second, operation)
          yield* Deferred.succeed(first.end, "first")
          assert.deepStrictEqual([yield* first.future, yield* second], ["first", "second"])
          yield* failsWithInvalidState(change(asFuture(first.future)), first.future, operation)
        })
      )

      for (const [what, value] of strangers) {
        it.effect(`dies of ${what}`, () => diesOf("future", value, () => change(asFuture(value))))
      }
    })
  }

  describe("join", () => {
    it.effect("gives the value, of a future that ends later", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const joiner = yield* forkNow(Future.join(job.future))
        assert.isTrue(yield* isWaiting(joiner))
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* Fiber.join(joiner), "value")
      })
    )

    it.effect("gives the value at once, of a future that is done", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        assert.strictEqual(Effect.runSync(Future.join(future)), 1)
      })
    )

    it.effect("is the same as yielding the future", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.succeed({ unique: true }))
        assert.strictEqual(yield* future, yield* Future.join(future))
        const failing = yield* executor.submit(Effect.fail(new Refused({ n: 1 })))
        assert.strictEqual(yield* Effect.flip(failing), yield* Effect.flip(Future.join(failing)))
      })
    )

    it.effect("goes wherever an effect goes: a future is one", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const one = yield* executor.submit(Effect.succeed(1))
        const two = yield* executor.submit(Effect.succeed(2))
        assert.isTrue(Effect.isEffect(one))
        assert.deepStrictEqual(yield* Effect.all([one, two], { concurrency: 2 }), [1, 2])
        assert.strictEqual(yield* one.pipe(Effect.map((n) => n + 1)), 2)
      })
    )

    it.effect("starts a task that was submitted and has not begun", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.succeed(1))
        assert.strictEqual(yield* future, 1)
      })
    )

    it.effect("gives the same twice, and the task runs once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        let runs = 0
        const future = yield* executor.submit(
          Effect.sync(() => {
            runs++
            return { runs }
          })
        )
        assert.strictEqual(yield* future, yield* future)
        assert.strictEqual(runs, 1)
      })
    )

    it.effect("gives the same to many who wait at the same time", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob<{ readonly unique: true }>(executor)
        const joiners = yield* Effect.forEach(Array.from({ length: 100 }), () => forkNow(job.future))
        const value = { unique: true } as const
        yield* Deferred.succeed(job.end, value)
        for (const joiner of joiners) assert.strictEqual(yield* Fiber.join(joiner), value)
      })
    )

    it.effect("fails with the task's very error", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const refused = new Refused({ n: 7 })
        const future = yield* executor.submit(Effect.fail(refused))
        const caught = yield* future.pipe(Effect.catchTag("Refused", (error) => Effect.succeed(error)))
        assert.strictEqual(caught, refused)
      })
    )

    it.effect("dies with the task's very defect", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const defect = new Error("oh")
        const future = yield* executor.submit(
          Effect.sync(() => {
            throw defect
          })
        )
        assert.strictEqual(yield* defectOf(future), defect)
      })
    )

    it.effect("fails with TaskTimeoutError if the task took too long", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.never, { name: "slow", timeout: "1 second" })
        const joiner = yield* forkNow(Effect.flip(future))
        yield* pass("1 second")
        const error = yield* Fiber.join(joiner)
        assert.instanceOf(error, TaskTimeoutError)
        assert.strictEqual(error.task, "slow")
      })
    )

    it.effect("of a cancelled future fails with TaskCancelledError and does not interrupt the joiner", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { name: "stopped" })
        const before = yield* forkNow(Effect.exit(job.future))
        yield* Future.cancel(job.future)
        for (const exit of [yield* Fiber.join(before), yield* Effect.exit(job.future)]) {
          const reason = onlyReason(exit)
          isCancelledError(reason._tag === "Fail" && reason.error, "stopped")
        }
      })
    )

    it.effect("of a task that interrupted itself fails with TaskCancelledError", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.interrupt, { name: "quitter" })
        isCancelledError(yield* Effect.flip(future), "quitter")
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("of a task that failed while parts of it were interrupted has the failure and no interruption", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const cause = Cause.combine(Cause.interrupt(7), Cause.fail("no"))
        const future = yield* executor.submit(Effect.failCause(cause))
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.fail("no"))
        assert.deepStrictEqual(yield* Future.await(future), Exit.failCause(cause))
      })
    )

    it.effect("interrupted, leaves the task alone and takes back its observer", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const joiner = yield* forkNow(job.future)
        const other = yield* forkNow(job.future)
        assert.strictEqual(observersOf(job.future), 2)
        yield* Fiber.interrupt(joiner)
        assert.strictEqual(observersOf(job.future), 1)
        yield* Fiber.interrupt(other)
        assert.strictEqual(observersOf(job.future), 0)
        assert.strictEqual(job.future.state, "running")
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* job.future, "value")
      })
    )

    it.effect("comes back after the finalizers of the task, those of its scope too", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const log: Array<string> = []
        const say = (what: string) => Effect.andThen(Effect.yieldNow, () => Effect.sync(() => log.push(what)))
        const future = yield* executor.submit(
          Effect.addFinalizer(() => say("scope")).pipe(Effect.andThen(say("task")), Effect.ensuring(say("finalizer")))
        )
        yield* future
        log.push("joined")
        assert.deepStrictEqual(log, ["task", "finalizer", "scope", "joined"])
      })
    )

    for (const [what, value] of strangers) {
      if (Effect.isEffect(value)) continue
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.join(asFuture(value))))
    }
  })

  describe("await", () => {
    it.effect("gives the exit of a task that succeeded, failed or died, and never fails", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* executor.submit(Effect.suspend((): Effect.Effect<number, string> => exit))
          assert.deepStrictEqual(yield* Future.await(future), exit)
        }
      })
    )

    it.effect("gives the exit of a cancelled future: an interruption, as that of its fiber", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const waiter = yield* forkNow(Future.await(job.future))
        yield* Future.cancel(job.future)
        const exit = yield* Fiber.join(waiter)
        assert.strictEqual(onlyReason(exit)._tag, "Interrupt")
        assert.strictEqual(exit, job.future.fiber.pollUnsafe())
      })
    )

    it.effect("waits for the end", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const waiter = yield* forkNow(Future.await(future))
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(yield* Fiber.join(waiter), Exit.succeed(1))
      })
    )

    it.effect("interrupted, leaves the task alone and takes back its observer", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const waiter = yield* forkNow(Future.await(job.future))
        assert.strictEqual(observersOf(job.future), 1)
        yield* Fiber.interrupt(waiter)
        assert.strictEqual(observersOf(job.future), 0)
        assert.strictEqual(job.future.state, "running")
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.await(asFuture(value))))
    }
  })

  describe("result", () => {
    it.effect("gives the value that is there in time", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.as(Effect.sleep("1 second"), "value"))
        const waiter = yield* forkNow(Future.result(future, { timeout: "2 seconds" }))
        yield* pass("1 second")
        assert.strictEqual(waiter.pollUnsafe()?._tag, "Success")
        assert.strictEqual(yield* Fiber.join(waiter), "value")
      })
    )

    it.effect("fails with TimeoutError after the timeout and not before, and says of what", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { name: "slow" })
        const waiter = yield* forkNow(Effect.flip(Future.result(job.future, { timeout: "2 seconds" })))
        yield* pass("1999 millis")
        assert.isTrue(yield* isWaiting(waiter))
        yield* pass("1 millis")
        const error = yield* Fiber.join(waiter)
        assert.isTrue(Cause.isTimeoutError(error))
        assert.include(String(error), `Future(#${job.future.id} "slow") running`)
        assert.include(String(error), "2000 ms")
      })
    )

    it.effect("giving up, does not touch the task: it goes on, and can be joined again", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const waiter = yield* forkNow(Effect.flip(Future.result(job.future, { timeout: "2 seconds" })))
        yield* pass("2 seconds")
        yield* Fiber.join(waiter)
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
        yield* Deferred.succeed(job.end, "late")
        assert.strictEqual(yield* Future.result(job.future, { timeout: "2 seconds" }), "late")
      })
    )

    it.effect("giving up or interrupted, takes back its observer", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const gaveUp = yield* forkNow(Effect.flip(Future.result(future, { timeout: "2 seconds" })))
        const interrupted = yield* forkNow(Future.result(future, { timeout: "3 seconds" }))
        assert.strictEqual(observersOf(future), 2)
        yield* pass("2 seconds")
        yield* Fiber.join(gaveUp)
        assert.strictEqual(observersOf(future), 1)
        yield* Fiber.interrupt(interrupted)
        assert.strictEqual(observersOf(future), 0)
      })
    )

    it.effect("does not wait at all with a timeout of zero", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const error = Effect.runSync(Effect.flip(Future.result(future, { timeout: 0 })))
        assert.isTrue(Cause.isTimeoutError(error))
      })
    )

    it.effect("gives the value of a future that is done already, also with a timeout of zero", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        assert.strictEqual(yield* Future.result(future, { timeout: "1 second" }), 1)
        assert.strictEqual(Effect.runSync(Future.result(future, { timeout: 0 })), 1)
      })
    )

    it.effect("is the same as join without a timeout, and with an infinite one", () =>
      Effect.gen(function* () {
        for (const options of [undefined, {}, { timeout: undefined }, { timeout: Infinity }]) {
          const future = yield* Future.make<number>()
          const waiter = yield* forkNow(Future.result(future, options))
          yield* pass("1000 days")
          assert.isTrue(yield* isWaiting(waiter))
          yield* Future.succeed(future, 1)
          assert.strictEqual(yield* Fiber.join(waiter), 1)
        }
      })
    )

    it.effect("fails as the task does: with its error, its defect, or TaskCancelledError", () =>
      Effect.gen(function* () {
        const futures = yield* makeThree
        const waiters = yield* Effect.forEach(futures, (future) =>
          forkNow(Effect.exit(Future.result(future, { timeout: "1 second" })))
        )
        yield* Future.fail(futures[0], "no")
        yield* Future.failCause(futures[1], Cause.die("oh"))
        yield* Future.cancel(futures[2])
        const [failed, died, cancelled] = yield* Fiber.joinAll(waiters)
        assert.deepStrictEqual(failed, Exit.fail("no"))
        assert.deepStrictEqual(died, Exit.die("oh"))
        isCancelledError(cancelled?._tag === "Failure" && Cause.squash(cancelled.cause), "c")
      })
    )

    it.effect("takes its options first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const error = yield* future.pipe(Future.result({ timeout: 0 }), Effect.flip)
        assert.isTrue(Cause.isTimeoutError(error))
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* future.pipe(Future.result()), 1)
      })
    )

    it.effect("in a task gives what is there when time is up, even if the task's worker is busy", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const outer = yield* executor.submit(
          Effect.gen(function* () {
            const inner = yield* executor.submit(Effect.as(Effect.sleep("1 second"), "value"))
            yield* executor.submit(Effect.sleep("1 minute"))
            return yield* Future.result(inner, { timeout: "2 seconds" })
          })
        )
        yield* pass("1 second")
        yield* pass("1 second")
        yield* pass("1 minute")
        assert.strictEqual(yield* outer, "value")
      })
    )

    for (const timeout of badTimeouts) {
      it.effect(`dies of ${inspect(timeout)} as a timeout, done or not`, () =>
        Effect.gen(function* () {
          const pending = yield* Future.make<number>()
          const done = yield* ended(Exit.succeed(1))
          yield* diesOf("timeout", timeout, () => Future.result(pending, { timeout: asTimeout(timeout) }))
          yield* diesOf("timeout", timeout, () => Future.result(done, { timeout: asTimeout(timeout) }))
        })
      )
    }

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () =>
        diesOf("future", value, () => Future.result(asFuture(value), { timeout: "1 second" }))
      )
    }
  })

  describe("poll", () => {
    it.effect("gives none while the future is pending or runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        assert.deepStrictEqual(yield* Future.poll(running.future), Option.none())
        assert.deepStrictEqual(yield* Future.poll(pending), Option.none())
      })
    )

    it.effect("gives the exit of a future that is done, cancelled or not", () =>
      Effect.gen(function* () {
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh"), Exit.interrupt(7)]) {
          const future = yield* ended<number, string>(exit)
          assert.deepStrictEqual(yield* Future.poll(future), Option.some(exit))
        }
      })
    )

    it.effect("does not wait, and may be asked again", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const polling = Future.poll(future)
        assert.deepStrictEqual(Effect.runSync(polling), Option.none())
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(Effect.runSync(polling), Option.some(Exit.succeed(1)))
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.poll(asFuture(value))))
    }
  })

  const booleans = (future: Future.Future<unknown, unknown>) => ({
    isPending: Future.isPending(future),
    isRunning: Future.isRunning(future),
    isDone: Future.isDone(future),
    isCancelled: Future.isCancelled(future)
  })
  const none = { isPending: false, isRunning: false, isDone: false, isCancelled: false }
  const expected: Record<Future.State, typeof none> = {
    pending: { ...none, isPending: true },
    running: { ...none, isRunning: true },
    finished: { ...none, isDone: true },
    cancelled: { ...none, isDone: true, isCancelled: true }
  }

  describe("isPending, isRunning, isDone, isCancelled", () => {
    it.effect("say what is true at this moment of a future that an executor owns", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        const job = makeJob()
        const second = { ...job, future: yield* executor.submit(job.task) }
        assert.deepStrictEqual(booleans(first.future), expected.running)
        assert.deepStrictEqual(booleans(second.future), expected.pending)
        yield* Deferred.succeed(first.end, "done")
        yield* second.begun.await
        assert.deepStrictEqual(booleans(first.future), expected.finished)
        assert.deepStrictEqual(booleans(second.future), expected.running)
        yield* Future.cancel(second.future)
        assert.deepStrictEqual(booleans(second.future), expected.cancelled)
      })
    )

    it.effect("say what is true at this moment of a future made by hand", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        assert.deepStrictEqual(booleans(future), expected.pending)
        yield* Future.setRunning(future)
        assert.deepStrictEqual(booleans(future), expected.running)
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(booleans(future), expected.finished)
      })
    )

    it.effect("say done and not cancelled after a failure", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.fail("no"))
        assert.deepStrictEqual(booleans(future), expected.finished)
      })
    )

    for (const [what, value] of strangers) {
      it(`throw for ${what}`, () => {
        for (const ask of [Future.isPending, Future.isRunning, Future.isDone, Future.isCancelled]) {
          let thrown: unknown
          try {
            ask(asFuture(value))
          } catch (error) {
            thrown = error
          }
          assertInvalidOption(thrown, "future", value)
        }
      })
    }
  })

  describe("cancel", () => {
    it.effect("of a pending future gives true, and it never runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        let ran = false
        const future = yield* executor.submit(Effect.sync(() => (ran = true)))
        assert.isTrue(yield* Future.cancel(future))
        assert.strictEqual(future.state, "cancelled")
        yield* Deferred.succeed(first.end, "done")
        yield* Executor.awaitIdle(executor)
        yield* letOthersRun
        assert.isFalse(ran)
      })
    )

    it.effect("of a pending future takes it from the queue, and the others keep their places", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 3, overflow: "fail" })
        const first = yield* startJob(executor)
        const order: Array<string> = []
        const note = (name: string) => executor.submit(Effect.sync(() => order.push(name)))
        yield* note("a")
        const b = yield* note("b")
        yield* note("c")
        assert.strictEqual((yield* Executor.stats(executor)).pending, 3)
        yield* Future.cancel(b)
        assert.strictEqual((yield* Executor.stats(executor)).pending, 2)
        yield* note("d")
        yield* Deferred.succeed(first.end, "done")
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(order, ["a", "c", "d"])
      })
    )

    it.effect("of a task that has a worker and has not begun keeps it from beginning", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        let ran = false
        const future = yield* executor.submit(Effect.sync(() => (ran = true)))
        assert.isTrue(yield* Future.cancel(future))
        yield* letOthersRun
        assert.isFalse(ran)
      })
    )

    it.effect("of a running future gives true when the task's finalizers are done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        const cancelling = yield* forkNow(
          Effect.tap(Future.cancel(job.future), () => Effect.sync(() => job.log.push("cancelled")))
        )
        assert.isTrue(yield* isWaiting(cancelling))
        assert.deepStrictEqual(job.log, ["cleaning up"])
        assert.strictEqual(job.future.state, "running")
        yield* job.cleanup.open
        assert.isTrue(yield* Fiber.join(cancelling))
        assert.deepStrictEqual(job.log, ["cleaning up", "gone", "cancelled"])
        assert.strictEqual(job.future.state, "cancelled")
      })
    )

    it.effect("of a running future waits for the finalizers of the task's scope and for its children", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const log: Array<string> = []
        const cleanUp = (what: string) => Effect.andThen(letOthersRun, () => Effect.sync(() => log.push(what)))
        const future = yield* executor.submit(
          Effect.gen(function* () {
            yield* Effect.addFinalizer(() => cleanUp("scope"))
            yield* forkNow(Effect.never.pipe(Effect.ensuring(cleanUp("child"))))
            yield* begun.open
            yield* Effect.never
          })
        )
        yield* begun.await
        yield* Future.cancel(future)
        log.push("cancelled")
        assert.deepStrictEqual(log.toSorted(), ["cancelled", "child", "scope"])
        assert.strictEqual(log.at(-1), "cancelled")
      })
    )

    it.effect("gives true again when asked twice", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        for (const future of [pending, running.future]) {
          assert.isTrue(yield* Future.cancel(future))
          assert.isTrue(yield* Future.cancel(future))
        }
        assert.strictEqual((yield* Executor.stats(executor)).cancelled, 2)
      })
    )

    it.effect("asked by many at the same time gives all of them true when the task is gone, and stops it once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        const cancelling = yield* Effect.forEach([1, 2, 3], () => forkNow(Future.cancel(job.future)))
        for (const fiber of cancelling) assert.isTrue(yield* isWaiting(fiber))
        yield* job.cleanup.open
        assert.deepStrictEqual(yield* Fiber.joinAll(cancelling), [true, true, true])
        assert.deepStrictEqual(job.log, ["cleaning up", "gone"])
      })
    )

    it.effect("gives false for a future that had finished, and leaves it as it is", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* executor.submit(Effect.suspend((): Effect.Effect<number, string> => exit))
          yield* Future.await(future)
          assert.isFalse(yield* Future.cancel(future))
          assert.strictEqual(future.state, "finished")
          assert.deepStrictEqual(yield* Future.await(future), exit)
        }
      })
    )

    it.effect("waits for a task that is not interruptible until it is through", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const end = Latch.makeUnsafe()
        const log: Array<string> = []
        const future = yield* executor.submit(
          Effect.gen(function* () {
            yield* begun.open
            yield* end.await
            log.push("through")
          }).pipe(Effect.uninterruptible, Effect.andThen(Effect.sync(() => log.push("went on"))))
        )
        yield* begun.await
        const cancelling = yield* forkNow(Future.cancel(future))
        assert.isTrue(yield* isWaiting(cancelling))
        yield* end.open
        assert.isTrue(yield* Fiber.join(cancelling))
        assert.deepStrictEqual(log, ["through"])
      })
    )

    it.effect("gives false for a task that finished all the same", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const end = Latch.makeUnsafe()
        const future = yield* executor.submit(
          begun.open.pipe(Effect.andThen(end.await), Effect.andThen(Effect.fail("no")), Effect.uninterruptible)
        )
        yield* begun.await
        const cancelling = yield* forkNow(Future.cancel(future))
        yield* end.open
        assert.isFalse(yield* Fiber.join(cancelling))
        assert.strictEqual(future.state, "finished")
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.fail("no"))
      })
    )

    it.effect("gives false for a task that has taken too long and cleans up, when it is gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { timeout: "1 second", slowCleanup: true })
        yield* pass("1 second")
        const cancelling = yield* forkNow(Future.cancel(job.future))
        assert.isTrue(yield* isWaiting(cancelling))
        yield* job.cleanup.open
        assert.isFalse(yield* Fiber.join(cancelling))
        assert.instanceOf(yield* Effect.flip(job.future), TaskTimeoutError)
      })
    )

    it.effect("takes nothing else down: not what the task had joined, nor who joins it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const inner = yield* startJob(executor)
        const outer = yield* executor.submit(inner.future)
        const joiner = yield* executor.submit(Effect.flip(outer))
        yield* letOthersRun
        yield* Future.cancel(outer)
        assert.strictEqual(inner.future.state, "running")
        isCancelledError(yield* joiner, outer.name)
      })
    )

    it.effect("with running: false cancels one that is pending", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        yield* startJob(executor)
        const future = yield* executor.submit(Effect.void)
        assert.isTrue(yield* Future.cancel(future, { running: false }))
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("with running: false leaves one that runs alone, and gives false at once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        assert.isFalse(Effect.runSync(Future.cancel(job.future, { running: false })))
        yield* letOthersRun
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* job.future, "value")
      })
    )

    it.effect("with running: false gives false for one that has finished and true for one that was cancelled", () =>
      Effect.gen(function* () {
        const finished = yield* ended(Exit.succeed(1))
        const cancelled = yield* ended(Exit.interrupt(7))
        assert.isFalse(yield* Future.cancel(finished, { running: false }))
        assert.isTrue(yield* Future.cancel(cancelled, { running: false }))
      })
    )

    it.effect("with running: true stops one that runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        assert.isTrue(yield* Future.cancel(job.future, { running: true }))
        assert.strictEqual(job.future.state, "cancelled")
      })
    )

    it.effect("of a future made by hand, pending or running, cancels it", () =>
      Effect.gen(function* () {
        const pending = yield* Future.make<number>()
        const running = yield* Future.make<number>()
        yield* Future.setRunning(running)
        assert.isFalse(yield* Future.cancel(running, { running: false }))
        for (const future of [pending, running]) {
          const joiner = yield* forkNow(Effect.flip(future))
          assert.isTrue(yield* Future.cancel(future))
          assert.strictEqual(future.state, "cancelled")
          isCancelledError(yield* Fiber.join(joiner), future.name)
        }
      })
    )

    it.effect("of a task by itself is not waited for, and it ends cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const log: Array<string> = []
        for (const mode of [Effect.interruptible, Effect.uninterruptible]) {
          const self = Deferred.makeUnsafe<Future.Future<unknown, unknown>>()
          const future = yield* executor.submit(
            Deferred.await(self).pipe(
              Effect.flatMap((future) => Future.cancel(future)),
              mode,
              Effect.andThen(Effect.sync(() => log.push("went on")))
            )
          )
          yield* Deferred.succeed(self, future)
          assert.strictEqual(onlyReason(yield* Future.await(future))._tag, "Interrupt")
          assert.strictEqual(future.state, "cancelled")
        }
        assert.deepStrictEqual(log, [])
      })
    )

    it.effect("of a task whose finalizer cancels the task that cancels it ends both", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const canceller = Deferred.makeUnsafe<Future.Future<unknown, unknown>>()
        const cancelBack = Effect.flatMap(Deferred.await(canceller), (future) => Future.cancel(future))
        const target = yield* executor.submit(
          Effect.andThen(begun.open, Effect.never).pipe(Effect.ensuring(cancelBack))
        )
        yield* begun.await
        const future = yield* executor.submit(Effect.andThen(Future.cancel(target), Effect.never))
        yield* Deferred.succeed(canceller, future)
        yield* Future.wait([target, future])
        assert.deepStrictEqual([target.state, future.state], ["cancelled", "cancelled"])
      })
    )

    it.effect("takes its options first or last", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        assert.isFalse(yield* job.future.pipe(Future.cancel({ running: false })))
        assert.isTrue(yield* job.future.pipe(Future.cancel()))
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () =>
        diesOf("future", value, () => Future.cancel(asFuture(value), { running: true }))
      )
    }
  })

  describe("onDone", () => {
    it.effect("calls back with the future, when it is done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const seen: Array<readonly [Future.Future<unknown, unknown>, Future.State]> = []
        yield* Future.onDone(job.future, (future) => seen.push([future, future.state]))
        yield* letOthersRun
        assert.deepStrictEqual(seen, [])
        yield* Deferred.succeed(job.end, "done")
        yield* job.future
        yield* letOthersRun
        assert.strictEqual(seen.length, 1)
        assert.strictEqual(seen[0]?.[0], job.future)
        assert.strictEqual(seen[0]?.[1], "finished")
      })
    )

    it.effect("calls back at once if the future is done already", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        let calls = 0
        Effect.runSync(Future.onDone(future, () => calls++))
        assert.strictEqual(calls, 1)
      })
    )

    it.effect("calls back once, whatever happens to the future later", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        let calls = 0
        yield* Future.onDone(future, () => calls++)
        yield* Future.succeed(future, 1)
        yield* Effect.exit(Future.succeed(future, 2))
        yield* Future.cancel(future)
        yield* future
        assert.strictEqual(calls, 1)
      })
    )

    it.effect("does not wait for the future", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        Effect.runSync(Future.onDone(future, () => {}))
        assert.strictEqual(future.state, "pending")
      })
    )

    it.effect("calls back in the order of registration", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const order: Array<number> = []
        for (const n of [1, 2, 3, 4]) {
          yield* Future.onDone(future, () => (n % 2 === 0 ? Effect.sync(() => order.push(n)) : void order.push(n)))
        }
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(order, [1, 2, 3, 4])
      })
    )

    it.effect("calls back for several futures in the order in which they end", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const order: Array<string> = []
        for (const seconds of [3, 1, 2]) {
          const future = yield* executor.submit(Effect.sleep(`${seconds} seconds`), { name: `after ${seconds}` })
          yield* Future.onDone(future, (future) => order.push(future.name))
        }
        for (let second = 0; second < 3; second++) yield* pass("1 second")
        assert.deepStrictEqual(order, ["after 1", "after 2", "after 3"])
      })
    )

    it.effect("calls back after a failure and after a defect", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const outcomes: Array<string> = []
        for (const task of [Effect.fail("no"), Effect.die("oh")]) {
          const future = yield* executor.submit<never, string, never>(task)
          yield* Future.onDone(future, (future) => outcomes.push(String(future).replace(/^.*\) /, "")))
          yield* Future.await(future)
        }
        assert.deepStrictEqual(outcomes, ["finished: Failure(string)", "finished: Die(string)"])
      })
    )

    it.effect("calls back for a cancelled future, pending or running", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor, { name: "running" })
        const pending = yield* executor.submit(Effect.void, { name: "pending" })
        const seen: Array<string> = []
        const futures: ReadonlyArray<Future.Future<unknown, unknown>> = [pending, running.future]
        for (const future of futures) {
          yield* Future.onDone(future, (future) => seen.push(`${future.name} ${future.state}`))
          yield* Future.cancel(future)
        }
        assert.deepStrictEqual(seen, ["pending cancelled", "running cancelled"])
      })
    )

    it.effect("calls back after the task and its finalizers have ended", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        yield* Future.onDone(job.future, () => job.log.push("called back"))
        yield* Deferred.succeed(job.end, "done")
        yield* letOthersRun
        assert.deepStrictEqual(job.log, ["cleaning up"])
        yield* job.cleanup.open
        yield* job.future
        assert.deepStrictEqual(job.log, ["cleaning up", "gone", "called back"])
      })
    )

    it.effect("calls back with the executor's books in order: the task no longer runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.void)
        const stats = Deferred.makeUnsafe<Executor.Stats>()
        yield* Future.onDone(future, () => Deferred.completeWith(stats, Executor.stats(executor)))
        const { running, succeeded } = yield* Deferred.await(stats)
        assert.deepStrictEqual({ running, succeeded }, { running: 0, succeeded: 1 })
      })
    )

    it.effect("runs an Effect with the services of whoever registered it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const rung: Array<string> = []
        const bell = (name: string) => ({ ring: Effect.sync(() => void rung.push(name)) })
        const job = yield* startJob(executor).pipe(Effect.provideService(Bell, bell("submitter's")))
        const callback = () => Effect.flatMap(Bell, (bell) => bell.ring)
        yield* Future.onDone(job.future, callback).pipe(Effect.provideService(Bell, bell("one's")))
        yield* Future.onDone(job.future, callback).pipe(Effect.provideService(Bell, bell("another's")))
        yield* Deferred.succeed(job.end, "done")
        yield* job.future
        assert.deepStrictEqual(rung, ["one's", "another's"])
      })
    )

    it.effect("runs an Effect that takes its time, without holding up who joins", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const latch = Latch.makeUnsafe()
        const future = yield* executor.submit(Effect.succeed(1))
        let called = false
        yield* Future.onDone(future, () => Effect.andThen(latch.await, () => Effect.sync(() => (called = true))))
        assert.strictEqual(yield* future, 1)
        assert.isFalse(called)
        yield* latch.open
        yield* letOthersRun
        assert.isTrue(called)
      })
    )

    it.effect("runs an Effect in a fiber of its own, not in the task's nor in the registrar's", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const id = Deferred.makeUnsafe<number>()
        const registrar = yield* forkNow(
          Future.onDone(job.future, () => Effect.withFiber((fiber) => Deferred.succeed(id, fiber.id)))
        )
        yield* Fiber.join(registrar)
        yield* Deferred.succeed(job.end, "done")
        assert.notInclude([job.future.fiber.id, registrar.id], yield* Deferred.await(id))
      })
    )

    it.effect("logs what a callback throws, fails or dies with, where it was registered, and goes on", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { logs, layer } = captureLogs()
        const job = yield* startJob(executor, { name: "watched" })
        const order: Array<string> = []
        const defect = new Error("thrown")
        const callbacks: ReadonlyArray<() => unknown> = [
          () => order.push("first"),
          () => {
            throw defect
          },
          () => order.push("second"),
          () => Effect.fail("failed"),
          () => Effect.die("died"),
          () => Effect.sync(() => order.push("third"))
        ]
        yield* Effect.forEach(callbacks, (callback) => Future.onDone(job.future, callback)).pipe(Effect.provide(layer))
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* job.future, "value")
        assert.deepStrictEqual(order, ["first", "second", "third"])
        assert.deepStrictEqual(
          logs.map((log) => log.level),
          ["Error", "Error", "Error"]
        )
        assert.deepStrictEqual(
          logs.map((log) => log.cause.reasons.map((reason) => reason._tag)),
          [["Die"], ["Fail"], ["Die"]]
        )
        assert.deepStrictEqual(
          logs.map((log) => Cause.squash(log.cause)),
          [defect, "failed", "died"]
        )
        for (const { message } of logs) assert.include(String(message), String(job.future))
      })
    )

    it.effect("logs what a callback throws also if the future is done already, and does not fail", () =>
      Effect.gen(function* () {
        const { logs, layer } = captureLogs()
        const future = yield* ended(Exit.succeed(1))
        const defect = new Error("thrown")
        const throwing = () => {
          throw defect
        }
        yield* Future.onDone(future, throwing).pipe(Effect.provide(layer))
        assert.strictEqual(logs[0] && Cause.squash(logs[0].cause), defect)
      })
    )

    it.effect("goes on after a callback that interrupts itself", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        let called = false
        yield* Future.onDone(future, () => Effect.interrupt).pipe(Effect.provide(captureLogs().layer))
        yield* Future.onDone(future, () => (called = true))
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* future, 1)
        assert.isTrue(called)
      })
    )

    it.effect("may be asked from within a callback, which is at once", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const order: Array<string> = []
        yield* Future.onDone(future, (future) =>
          Effect.gen(function* () {
            order.push("outer begins")
            yield* Future.onDone(future, () => order.push("inner"))
            order.push("outer ends")
          })
        )
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(order, ["outer begins", "inner", "outer ends"])
      })
    )

    it.effect("lets a callback join the future", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const future = yield* executor.submit(Effect.succeed(1))
        const value = Deferred.makeUnsafe<number, unknown>()
        yield* Future.onDone(future, (future) => Deferred.completeWith(value, future))
        assert.strictEqual(yield* Deferred.await(value), 1)
      })
    )

    it.effect("outlives the fiber that registered it", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        let called = false
        yield* Fiber.join(yield* forkNow(Effect.scoped(Future.onDone(future, () => (called = true)))))
        yield* Future.succeed(future, 1)
        assert.isTrue(called)
      })
    )

    it.effect("is waited for by a shutdown that drains", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const latch = Latch.makeUnsafe()
        const future = yield* executor.submit(Effect.void)
        let called = false
        yield* Future.onDone(future, () => Effect.andThen(latch.await, () => Effect.sync(() => (called = true))))
        yield* future
        const shutdown = yield* forkNow(Executor.shutdown(executor, { mode: "drain" }))
        assert.isTrue(yield* isWaiting(shutdown))
        yield* latch.open
        yield* Fiber.join(shutdown)
        assert.isTrue(called)
      })
    )

    it.effect("is interrupted by a shutdown that interrupts, which waits for its finalizers", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* Scope.provide(FiberExecutor.make(), scope)
        const future = yield* executor.submit(Effect.void)
        const log: Array<string> = []
        const cleanUp = Effect.andThen(letOthersRun, () => Effect.sync(() => log.push("callback cleaned up")))
        yield* Future.onDone(future, () => Effect.ensuring(Effect.never, cleanUp))
        yield* future
        yield* Scope.close(scope, Exit.void)
        log.push("closed")
        assert.deepStrictEqual(log, ["callback cleaned up", "closed"])
      })
    )

    it.effect("takes the callback first or last", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1), { name: "done" })
        const seen: Array<string> = []
        yield* future.pipe(Future.onDone((future) => seen.push(future.name)))
        assert.deepStrictEqual(seen, ["done"])
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.onDone(asFuture(value), () => {})))
    }
  })

  describe("wait", () => {
    it.effect("gives what is done and what is not, both in the order given", () =>
      Effect.gen(function* () {
        const futures = yield* Effect.forEach(["a", "b", "c", "d"], (name) => Future.make<number>({ name }))
        yield* Future.succeed(futures[3]!, 1)
        yield* Future.succeed(futures[1]!, 1)
        const { done, notDone } = yield* Future.wait(futures, { timeout: 0 })
        assert.deepStrictEqual(names(done), ["b", "d"])
        assert.deepStrictEqual(names(notDone), ["a", "c"])
        assert.strictEqual(done[0], futures[1])
      })
    )

    it.effect("waits for all unless told otherwise", () =>
      Effect.gen(function* () {
        for (const options of [undefined, {}, { returnWhen: undefined }, { returnWhen: "allCompleted" as const }]) {
          const [a, b, c] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b, c], options))
          yield* Future.fail(b, "no")
          yield* Future.cancel(c)
          assert.isTrue(yield* isWaiting(waiter))
          yield* Future.succeed(a, 1)
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), notDone], [["a", "b", "c"], []])
        }
      })
    )

    it.effect("never fails, whatever the futures ended with", () =>
      Effect.gen(function* () {
        const futures = [yield* ended(Exit.fail("no")), yield* ended(Exit.die("oh")), yield* ended(Exit.interrupt(7))]
        assert.deepStrictEqual((yield* Future.wait(futures)).done, futures)
      })
    )

    it.effect("leaves the futures as they are", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const quick = yield* executor.submit(Effect.void)
        yield* Future.wait([job.future, quick], { returnWhen: "firstCompleted" })
        yield* letOthersRun
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
      })
    )

    it.effect("with firstCompleted comes back after the first that succeeds, fails or is cancelled", () =>
      Effect.gen(function* () {
        const ends = [
          (future: Future.Settable<number, string>) => Future.succeed(future, 1),
          (future: Future.Settable<number, string>) => Future.fail(future, "no"),
          (future: Future.Settable<number, string>) => Future.cancel(future)
        ]
        for (const end of ends) {
          const [a, b, c] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstCompleted" }))
          assert.isTrue(yield* isWaiting(waiter))
          yield* end(b)
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), names(notDone)], [["b"], ["a", "c"]])
        }
      })
    )

    it.effect("with firstException comes back after the first failure or defect, not after a success", () =>
      Effect.gen(function* () {
        for (const cause of [Cause.fail("no"), Cause.die("oh")]) {
          const [a, b, c] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstException" }))
          yield* Future.succeed(a, 1)
          assert.isTrue(yield* isWaiting(waiter))
          yield* Future.failCause(b, cause)
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), names(notDone)], [["a", "b"], ["c"]])
        }
      })
    )

    it.effect("with firstException does not take a cancelled one for an exception", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.cancel(a)
        const waiter = yield* forkNow(Future.wait([a, b], { returnWhen: "firstException" }))
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.fail(b, "no")
        assert.deepStrictEqual(names((yield* Fiber.join(waiter)).done), ["a", "b"])
      })
    )

    it.effect("with firstException comes back when all are done if none fails", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const waiter = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstException" }))
        yield* Future.succeed(a, 1)
        yield* Future.cancel(b)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(c, 1)
        assert.deepStrictEqual(names((yield* Fiber.join(waiter)).done), ["a", "b", "c"])
      })
    )

    it.effect("counts those that are done already, whichever the strategy", () =>
      Effect.gen(function* () {
        const failed = yield* ended<number, string>(Exit.fail("no"), { name: "failed" })
        const open = yield* Future.make<number, string>({ name: "open" })
        for (const returnWhen of ["firstCompleted", "firstException"] as const) {
          const { done, notDone } = Effect.runSync(Future.wait([open, failed], { returnWhen }))
          assert.deepStrictEqual([names(done), names(notDone)], [["failed"], ["open"]])
        }
        const { done, notDone } = Effect.runSync(Future.wait([failed], { returnWhen: "allCompleted" }))
        assert.deepStrictEqual([names(done), notDone], [["failed"], []])
      })
    )

    it.effect("reaching the timeout is no error: it says what was done by then", () =>
      Effect.gen(function* () {
        for (const returnWhen of ["firstException", "allCompleted"] as const) {
          const [a, b] = yield* makeThree
          const waiter = yield* forkNow(Future.wait([a, b], { returnWhen, timeout: "2 seconds" }))
          yield* Future.succeed(b, 1)
          yield* pass("1999 millis")
          assert.isTrue(yield* isWaiting(waiter))
          yield* pass("1 millis")
          const { done, notDone } = yield* Fiber.join(waiter)
          assert.deepStrictEqual([names(done), names(notDone)], [["b"], ["a"]])
        }
      })
    )

    it.effect("with a timeout comes back before it when there is enough", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const waiter = yield* forkNow(Future.wait([a, b], { returnWhen: "firstCompleted", timeout: "1 day" }))
        yield* Future.succeed(b, 1)
        assert.deepStrictEqual(names((yield* Fiber.join(waiter)).done), ["b"])
      })
    )

    it.effect("with a timeout of zero does not wait at all", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const { done, notDone } = Effect.runSync(Future.wait([a, b], { timeout: 0 }))
        assert.deepStrictEqual([names(done), names(notDone)], [["a"], ["b"]])
      })
    )

    it.effect("counts one that is given twice once", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const { done, notDone } = yield* Future.wait([a, b, a, b], { timeout: 0 })
        assert.deepStrictEqual([names(done), names(notDone)], [["a"], ["b"]])
      })
    )

    it.effect("of none comes back at once", () =>
      Effect.gen(function* () {
        for (const returnWhen of ["firstCompleted", "firstException", "allCompleted"] as const) {
          assert.deepStrictEqual(Effect.runSync(Future.wait([], { returnWhen })), { done: [], notDone: [] })
        }
      })
    )

    it.effect("takes a set and what a generator gives", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(b, 1)
        const generate = function* () {
          yield a
          yield b
        }
        for (const futures of [generate(), new Set([a, b])]) {
          const { done, notDone } = yield* Future.wait(futures, { returnWhen: "firstCompleted" })
          assert.deepStrictEqual([names(done), names(notDone)], [["b"], ["a"]])
        }
      })
    )

    it.effect("takes futures of several executors and those made by hand together", () =>
      Effect.gen(function* () {
        const one = yield* FiberExecutor.make()
        const other = yield* FiberExecutor.make()
        const made = yield* ended(Exit.succeed("made"))
        const futures = [yield* one.submit(Effect.succeed(1)), yield* other.submit(Effect.succeed(true)), made]
        assert.strictEqual((yield* Future.wait(futures)).done.length, 3)
      })
    )

    it.effect("takes back its observers: when interrupted, at the timeout, and when there is enough", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const observers = () => [a, b, c].map(observersOf)
        const interrupted = yield* forkNow(Future.wait([a, b, c]))
        assert.deepStrictEqual(observers(), [1, 1, 1])
        yield* Fiber.interrupt(interrupted)
        assert.deepStrictEqual(observers(), [0, 0, 0])
        const late = yield* forkNow(Future.wait([a, b, c], { timeout: "1 second" }))
        assert.deepStrictEqual(observers(), [1, 1, 1])
        yield* pass("1 second")
        yield* Fiber.join(late)
        assert.deepStrictEqual(observers(), [0, 0, 0])
        const enough = yield* forkNow(Future.wait([a, b, c], { returnWhen: "firstCompleted" }))
        yield* Future.succeed(a, 1)
        yield* Fiber.join(enough)
        assert.deepStrictEqual(observers(), [0, 0, 0])
      })
    )

    it.effect("dies of an unknown returnWhen, also with nothing to wait for", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        for (const value of ["FIRST_COMPLETED", "", null, 0]) {
          const returnWhen = value as Future.ReturnWhen
          yield* diesOf("returnWhen", value, () => Future.wait([future], { returnWhen }))
          yield* diesOf("returnWhen", value, () => Future.wait([], { returnWhen }))
        }
      })
    )

    it.effect("names the strategies there are when it dies of an unknown one", () =>
      Effect.gen(function* () {
        const defect = yield* defectOf(Future.wait([], { returnWhen: "all" as Future.ReturnWhen }))
        for (const known of ["firstCompleted", "firstException", "allCompleted"]) assert.include(String(defect), known)
      })
    )

    for (const timeout of badTimeouts) {
      it.effect(`dies of ${inspect(timeout)} as a timeout`, () =>
        diesOf("timeout", timeout, () => Future.wait([], { timeout: asTimeout(timeout) }))
      )
    }
  })

  describe("asCompleted", () => {
    it.effect("gives the futures in the order in which they end", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const after = (seconds: number) =>
          executor.submit(Effect.sleep(`${seconds} seconds`), { name: `after ${seconds}` })
        const futures = yield* Effect.forEach([3, 1, 2], after)
        const seen: Array<string> = []
        const consumer = yield* forkNow(
          Stream.runForEach(Future.asCompleted(futures), (future) => Effect.sync(() => seen.push(future.name)))
        )
        yield* pass("1 second")
        assert.deepStrictEqual(seen, ["after 1"])
        yield* pass("1 second")
        assert.deepStrictEqual(seen, ["after 1", "after 2"])
        yield* pass("1 second")
        yield* Fiber.join(consumer)
        assert.deepStrictEqual(seen, ["after 1", "after 2", "after 3"])
      })
    )

    it.effect("gives those that are done already first", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        yield* Future.succeed(c, 1)
        yield* Future.succeed(b, 1)
        const consumer = yield* forkNow(Stream.runCollect(Future.asCompleted([a, b, c])))
        assert.isTrue(yield* isWaiting(consumer))
        yield* Future.succeed(a, 1)
        const order = names(yield* Fiber.join(consumer))
        assert.deepStrictEqual([order.slice(0, 2).toSorted(), order[2]], [["b", "c"], "a"])
      })
    )

    it.effect("gives futures that failed, died or were cancelled as it does others", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const consumer = yield* forkNow(Stream.runCollect(Future.asCompleted([a, b, c])))
        yield* Future.fail(b, "no")
        yield* Future.cancel(c)
        yield* Future.failCause(a, Cause.die("oh"))
        assert.deepStrictEqual(yield* Fiber.join(consumer), [b, c, a])
      })
    )

    it.effect("keeps what ends while its consumer is busy, in order", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const busy = Latch.makeUnsafe()
        const seen: Array<string> = []
        const consumer = yield* forkNow(
          Stream.runForEach(Future.asCompleted([a, b, c]), (future) =>
            Effect.andThen(busy.await, () => Effect.sync(() => seen.push(future.name)))
          )
        )
        yield* Future.succeed(b, 1)
        yield* letOthersRun
        yield* Future.succeed(c, 1)
        yield* Future.succeed(a, 1)
        yield* busy.open
        yield* Fiber.join(consumer)
        assert.deepStrictEqual(seen, ["b", "c", "a"])
      })
    )

    for (const [finished, message] of [
      [4, "2 (of 6) futures unfinished"],
      [3, "3 (of 6) futures unfinished"],
      [0, "6 (of 6) futures unfinished"]
    ] as const) {
      it.effect(`fails at the timeout with TimeoutError and "${message}", after giving those that ended`, () =>
        Effect.gen(function* () {
          const futures = yield* Effect.forEach(Array.from({ length: 6 }), () => Future.make<number>())
          const seen: Array<Future.Future<number>> = []
          const consumer = yield* forkNow(
            Future.asCompleted(futures, { timeout: "5 seconds" }).pipe(
              Stream.runForEach((future) => Effect.sync(() => seen.push(future))),
              Effect.flip
            )
          )
          yield* pass("4999 millis")
          for (const future of futures.slice(0, finished)) yield* Future.succeed(future, 1)
          assert.isTrue(yield* isWaiting(consumer))
          yield* pass("1 millis")
          const error = yield* Fiber.join(consumer)
          assert.isTrue(Cause.isTimeoutError(error))
          assert.strictEqual(error.message, message)
          assert.deepStrictEqual(seen, futures.slice(0, finished))
        })
      )
    }

    it.effect("does not touch the futures that are left at the timeout", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const consumer = yield* forkNow(
          Effect.flip(Stream.runDrain(Future.asCompleted([job.future], { timeout: "1 second" })))
        )
        yield* pass("1 second")
        yield* Fiber.join(consumer)
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
        assert.strictEqual(observersOf(job.future), 0)
      })
    )

    it.effect("counts the timeout from when the stream starts, not from when it was made", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const stream = Future.asCompleted([future], { timeout: "2 seconds" })
        yield* pass("1 hour")
        const consumer = yield* forkNow(Stream.runCollect(stream))
        yield* pass("1 second")
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(yield* Fiber.join(consumer), [future])
      })
    )

    it.effect("counts the timeout for all of the stream, not for each future", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const consumer = yield* forkNow(
          Effect.flip(Stream.runDrain(Future.asCompleted([a, b], { timeout: "10 seconds" })))
        )
        yield* pass("8 seconds")
        yield* Future.succeed(a, 1)
        yield* pass("1999 millis")
        assert.isTrue(yield* isWaiting(consumer))
        yield* pass("1 millis")
        assert.strictEqual((yield* Fiber.join(consumer)).message, "1 (of 2) futures unfinished")
      })
    )

    it.effect("does not fail at the timeout if all had ended by then, however slow the consumer is", () =>
      Effect.gen(function* () {
        const futures = yield* makeThree
        for (const future of futures) yield* Future.succeed(future, 1)
        const consumer = yield* forkNow(
          Future.asCompleted(futures, { timeout: "1 second" }).pipe(
            Stream.rechunk(1),
            Stream.mapEffect((future) => Effect.as(Effect.sleep("1 minute"), future)),
            Stream.runCollect
          )
        )
        yield* pass("3 minutes")
        assert.deepStrictEqual(yield* Fiber.join(consumer), futures)
      })
    )

    it.effect("with a timeout of zero gives what is done and then fails if any is left", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const seen: Array<string> = []
        const consumer = yield* forkNow(
          Future.asCompleted([a, b], { timeout: 0 }).pipe(
            Stream.runForEach((future) => Effect.sync(() => seen.push(future.name))),
            Effect.flip
          )
        )
        yield* pass(0)
        assert.strictEqual((yield* Fiber.join(consumer)).message, "1 (of 2) futures unfinished")
        assert.deepStrictEqual(seen, ["a"])
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([a], { timeout: 0 })), [a])
      })
    )

    it.effect("gives one that is given twice once, and counts it once", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        const consumer = yield* forkNow(
          Future.asCompleted([a, b, a, b], { timeout: "1 second" }).pipe(Stream.runDrain, Effect.flip)
        )
        yield* pass("1 second")
        assert.strictEqual((yield* Fiber.join(consumer)).message, "1 (of 2) futures unfinished")
        yield* Future.succeed(b, 1)
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([a, b, a, b])), [a, b])
      })
    )

    it.effect("of none ends at once", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([])), [])
        assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted([], { timeout: "1 second" })), [])
      })
    )

    it.effect("takes a set and what a generator gives", () =>
      Effect.gen(function* () {
        const a = yield* ended(Exit.succeed(1))
        const b = yield* ended(Exit.succeed(2))
        const generate = function* () {
          yield a
          yield b
        }
        for (const futures of [generate(), new Set([a, b])]) {
          assert.deepStrictEqual(yield* Stream.runCollect(Future.asCompleted(futures)), [a, b])
        }
      })
    )

    it.effect("may be run again", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const stream = Future.asCompleted([a, b])
        yield* Future.succeed(b, 1)
        assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(stream, 1)), [b])
        yield* Future.succeed(a, 1)
        assert.strictEqual((yield* Stream.runCollect(stream)).length, 2)
      })
    )

    it.effect("ends when the executor's scope closes: all of its futures are done then", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* Scope.provide(FiberExecutor.make({ maxWorkers: 1 }), scope)
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        const consumer = yield* forkNow(Stream.runCollect(Future.asCompleted([running.future, pending])))
        yield* Scope.close(scope, Exit.void)
        const futures = yield* Fiber.join(consumer)
        assert.deepStrictEqual(new Set(futures), new Set([running.future, pending]))
        for (const future of futures) assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("takes back its observers when the consumer stops or is interrupted", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const stopping = yield* forkNow(Stream.runDrain(Stream.take(Future.asCompleted([a, b, c]), 1)))
        const interrupted = yield* forkNow(Stream.runDrain(Future.asCompleted([a, b, c])))
        assert.strictEqual(observersOf(b), 2)
        yield* Future.succeed(a, 1)
        yield* Fiber.join(stopping)
        assert.deepStrictEqual([observersOf(b), observersOf(c)], [1, 1])
        yield* Fiber.interrupt(interrupted)
        assert.deepStrictEqual([observersOf(b), observersOf(c)], [0, 0])
      })
    )

    it.effect("in a task gives what has ended when time is up, even if the task's worker is busy", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const outer = yield* executor.submit(
          Effect.gen(function* () {
            const inner = yield* executor.submit(Effect.sleep("1 second"), { name: "inner" })
            yield* executor.submit(Effect.sleep("1 minute"))
            return names(yield* Stream.runCollect(Future.asCompleted([inner], { timeout: "2 seconds" })))
          })
        )
        yield* pass("1 second")
        yield* pass("1 second")
        yield* pass("1 minute")
        assert.deepStrictEqual(yield* outer, ["inner"])
      })
    )

    for (const timeout of badTimeouts) {
      it.effect(`dies of ${inspect(timeout)} as a timeout`, () =>
        diesOf("timeout", timeout, () => Stream.runDrain(Future.asCompleted([], { timeout: asTimeout(timeout) })))
      )
    }
  })

  describe("all", () => {
    it.effect("gives the values in the order given, not in that of completion", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const waiter = yield* forkNow(Future.all([a, b, c]))
        yield* Future.succeed(c, 3)
        yield* Future.succeed(a, 1)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(b, 2)
        assert.deepStrictEqual(yield* Fiber.join(waiter), [1, 2, 3])
      })
    )

    it.effect("of a tuple of futures gives a tuple of values", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const number = yield* executor.submit(Effect.succeed(1))
        const text = yield* executor.submit(Effect.succeed("two"))
        const [one, two] = yield* Future.all([number, text])
        assert.strictEqual(one.toFixed(1), "1.0")
        assert.strictEqual(two.toUpperCase(), "TWO")
      })
    )

    it.effect("takes an array, a set and what a generator gives", () =>
      Effect.gen(function* () {
        const a = yield* ended(Exit.succeed(1))
        const b = yield* ended(Exit.succeed(2))
        const generate = function* () {
          yield a
          yield b
        }
        const array: Array<Future.Future<number>> = [a, b]
        for (const futures of [array, new Set([a, b]), generate()]) {
          assert.deepStrictEqual(yield* Future.all(futures), [1, 2])
        }
      })
    )

    it.effect("of none gives none", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* Future.all([]), [])
        assert.deepStrictEqual(yield* Future.all(new Set<Future.Future<number>>()), [])
      })
    )

    it.effect("gives the value of one that is given twice twice", () =>
      Effect.gen(function* () {
        const a = yield* ended(Exit.succeed(1))
        const b = yield* ended(Exit.succeed(2))
        assert.deepStrictEqual(yield* Future.all([a, b, a]), [1, 2, 1])
      })
    )

    it.effect("fails with the first failure in time, wherever it stands", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const failAfter = (seconds: number) =>
          executor.submit(Effect.andThen(Effect.sleep(`${seconds} seconds`), Effect.fail(new Refused({ n: seconds }))))
        const futures = [yield* failAfter(3), yield* failAfter(1), yield* failAfter(2)]
        const waiter = yield* forkNow(Effect.flip(Future.all(futures)))
        yield* pass("1 second")
        assert.deepStrictEqual(yield* Fiber.join(waiter), new Refused({ n: 1 }))
        assert.deepStrictEqual(
          futures.map((future) => future.state),
          ["cancelled", "finished", "cancelled"]
        )
      })
    )

    it.effect("on the first failure cancels the others and fails when they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
        const failing = yield* startJob<string, string>(executor)
        const slow = yield* startJob(executor, { slowCleanup: true })
        const quick = yield* startJob(executor)
        const queued = makeJob()
        const pending = yield* executor.submit(queued.task)
        const waiter = yield* forkNow(Future.all([slow.future, failing.future, quick.future, pending]))
        yield* Deferred.fail(failing.end, "no")
        assert.isTrue(yield* isWaiting(waiter))
        assert.deepStrictEqual([slow.log, quick.log, queued.log], [["cleaning up"], ["cleaning up", "gone"], []])
        assert.strictEqual(pending.state, "cancelled")
        yield* slow.cleanup.open
        assert.deepStrictEqual(yield* Fiber.await(waiter), Exit.fail("no"))
        assert.deepStrictEqual(slow.log, ["cleaning up", "gone"])
        assert.strictEqual(slow.future.state, "cancelled")
      })
    )

    it.effect("on a failure that is there already cancels the others too", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const failed = yield* ended<never, string>(Exit.fail("no"))
        const job = yield* startJob(executor)
        assert.deepStrictEqual(yield* Effect.exit(Future.all([job.future, failed])), Exit.fail("no"))
        assert.deepStrictEqual(job.log, ["cleaning up", "gone"])
      })
    )

    it.effect("takes a defect for a failure", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.failCause(b, Cause.die("oh"))
        assert.deepStrictEqual(yield* Effect.exit(Future.all([a, b])), Exit.die("oh"))
        assert.strictEqual(a.state, "cancelled")
      })
    )

    it.effect("takes a cancelled future for a failure, with TaskCancelledError", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const waiter = yield* forkNow(Effect.flip(Future.all([a, b])))
        yield* Future.cancel(b)
        isCancelledError(yield* Fiber.join(waiter), "b")
        assert.strictEqual(a.state, "cancelled")
      })
    )

    it.effect("leaves values that are there as they are when another fails", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        yield* Future.fail(b, "no")
        assert.strictEqual(yield* Effect.flip(Future.all([a, b])), "no")
        assert.strictEqual(yield* a, 1)
      })
    )

    it.effect("interrupted, cancels all of them and waits until they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const slow = yield* startJob(executor, { slowCleanup: true })
        const quick = yield* startJob(executor)
        const waiter = yield* forkNow(Future.all([slow.future, quick.future]))
        const interrupting = yield* forkNow(Fiber.interrupt(waiter))
        assert.isTrue(yield* isWaiting(interrupting))
        assert.strictEqual(quick.future.state, "cancelled")
        yield* slow.cleanup.open
        yield* Fiber.join(interrupting)
        assert.strictEqual(slow.future.state, "cancelled")
        assert.deepStrictEqual(slow.log, ["cleaning up", "gone"])
      })
    )
  })

  describe("race", () => {
    it.effect("gives the value of the first that succeeds, in time", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const after = (seconds: number) => executor.submit(Effect.as(Effect.sleep(`${seconds} seconds`), seconds))
        const waiter = yield* forkNow(Future.race([yield* after(3), yield* after(1), yield* after(2)]))
        yield* pass("1 second")
        assert.strictEqual(yield* Fiber.join(waiter), 1)
      })
    )

    it.effect("lets failures, defects and cancelled ones pass while there is hope", () =>
      Effect.gen(function* () {
        const futures = yield* Effect.forEach([1, 2, 3, 4], () => Future.make<number, string>())
        const [a, b, c, d] = futures
        const waiter = yield* forkNow(Future.race(futures))
        yield* Future.fail(a!, "no")
        yield* Future.failCause(b!, Cause.die("oh"))
        yield* Future.cancel(c!)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(d!, 4)
        assert.strictEqual(yield* Fiber.join(waiter), 4)
      })
    )

    it.effect("cancels the losers and gives the value when they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
        const winner = yield* startJob(executor)
        const loser = yield* startJob(executor, { slowCleanup: true })
        const queued = makeJob()
        const pending = yield* executor.submit(queued.task)
        const waiter = yield* forkNow(Future.race([pending, loser.future, winner.future]))
        yield* Deferred.succeed(winner.end, "won")
        assert.isTrue(yield* isWaiting(waiter))
        assert.deepStrictEqual([loser.log, queued.log], [["cleaning up"], []])
        assert.strictEqual(pending.state, "cancelled")
        yield* loser.cleanup.open
        assert.strictEqual(yield* Fiber.join(waiter), "won")
        assert.strictEqual(loser.future.state, "cancelled")
        assert.deepStrictEqual(loser.log, ["cleaning up", "gone"])
      })
    )

    it.effect("gives a value that is there already and cancels the others", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        yield* Future.fail(a, "no")
        yield* Future.succeed(c, 3)
        assert.strictEqual(yield* Future.race([a, b, c]), 3)
        assert.strictEqual(b.state, "cancelled")
      })
    )

    it.effect("fails with everything that they failed with, when all of them fail", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const waiter = yield* forkNow(Effect.exit(Future.race([a, b, c])))
        yield* Future.failCause(c, Cause.die("oh"))
        yield* Future.cancel(b)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.fail(a, "no")
        const exit = yield* Fiber.join(waiter)
        const reasons = exit._tag === "Failure" ? exit.cause.reasons : []
        assert.deepStrictEqual(
          reasons.map((reason) => reason._tag),
          ["Fail", "Fail", "Die"]
        )
        const [failed, cancelled, died] = reasons
        assert.strictEqual(failed?._tag === "Fail" && failed.error, "no")
        isCancelledError(cancelled?._tag === "Fail" && cancelled.error, "b")
        assert.strictEqual(died?._tag === "Die" && died.defect, "oh")
      })
    )

    it.effect("fails with everything that they failed with, when all of them have failed already", () =>
      Effect.gen(function* () {
        const futures = [yield* ended(Exit.fail("one")), yield* ended(Exit.fail("two"))]
        const exit = yield* Effect.exit(Future.race(futures))
        assert.deepStrictEqual(exit, Exit.failCause(Cause.combine(Cause.fail("one"), Cause.fail("two"))))
      })
    )

    it.effect("of one that is given twice counts it once", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.fail("no"))
        assert.deepStrictEqual(yield* Effect.exit(Future.race([future, future])), Exit.fail("no"))
      })
    )

    it.effect("takes a set and what a generator gives", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(b, 2)
        const generate = function* () {
          yield a
          yield b
        }
        for (const futures of [generate(), new Set([a, b])]) assert.strictEqual(yield* Future.race(futures), 2)
      })
    )

    it.effect("interrupted, cancels all of them and waits until they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const slow = yield* startJob(executor, { slowCleanup: true })
        const quick = yield* startJob(executor)
        const waiter = yield* forkNow(Future.race([slow.future, quick.future]))
        const interrupting = yield* forkNow(Fiber.interrupt(waiter))
        assert.isTrue(yield* isWaiting(interrupting))
        assert.strictEqual(quick.future.state, "cancelled")
        yield* slow.cleanup.open
        yield* Fiber.join(interrupting)
        assert.deepStrictEqual([slow.future.state, slow.log], ["cancelled", ["cleaning up", "gone"]])
      })
    )

    it.effect("of none dies with InvalidOptionsError", () =>
      Effect.gen(function* () {
        const defect = yield* defectOf(Future.race([]))
        assert.instanceOf(defect, InvalidOptionsError)
        assert.include(String(defect), "Invalid option futures: got []")
      })
    )
  })

  const ofMany = {
    wait: (futures: Iterable<Future.Future<number, string>>) => Future.wait(futures, { timeout: 0 }),
    asCompleted: (futures: Iterable<Future.Future<number, string>>) => Stream.runDrain(Future.asCompleted(futures)),
    all: (futures: Iterable<Future.Future<number, string>>) => Future.all(futures),
    race: (futures: Iterable<Future.Future<number, string>>) => Future.race(futures)
  }

  for (const [operation, run] of Object.entries(ofMany)) {
    describe(operation, () => {
      for (const value of [undefined, null, 5, "futures", {}, Promise.resolve([])]) {
        it.effect(`dies of ${inspect(value)} in place of the futures`, () =>
          diesOf("futures", value, () => run(asFutures(value)))
        )
      }

      it.effect("dies of one future in place of several, and leaves it alone", () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number, string>()
          yield* diesOf("futures", future, () => run(asFutures(future)))
          assert.strictEqual(future.state, "pending")
        })
      )

      for (const [what, value] of strangers) {
        it.effect(`dies of ${what} among the futures, says which, and leaves the others alone`, () =>
          Effect.gen(function* () {
            const future = yield* Future.make<number, string>()
            yield* diesOf("futures[2]", value, () => run(asFutures([future, future, value])))
            assert.strictEqual(future.state, "pending")
            assert.strictEqual(observersOf(future), 0)
          })
        )
      }
    })
  }

  describe("toPromise", () => {
    /** What it rejects with. Takes the promise at once, so that no rejection goes unheeded. */
    const rejection = (promise: Promise<unknown>) => {
      const rejected = promise.then(
        (value) => assert.fail(`it resolved with ${inspect(value)}`),
        (error: unknown) => error
      )
      return Effect.promise(() => rejected)
    }

    it.effect("resolves with the value, of a future that ends later and of one that is done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const value = { unique: true }
        const future = yield* executor.submit(Effect.succeed(value))
        const before = Future.toPromise(future)
        yield* future
        const after = Future.toPromise(future)
        assert.strictEqual(yield* Effect.promise(() => before), value)
        assert.strictEqual(yield* Effect.promise(() => after), value)
      })
    )

    it.effect("rejects with the very error, and with the very defect", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const refused = new Refused({ n: 1 })
        const defect = new Error("oh")
        const failing = rejection(Future.toPromise(yield* executor.submit(Effect.fail(refused))))
        const dying = rejection(Future.toPromise(yield* executor.submit(Effect.die(defect))))
        assert.strictEqual(yield* failing, refused)
        assert.strictEqual(yield* dying, defect)
      })
    )

    it.effect("rejects with TaskCancelledError if the future is cancelled", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>({ name: "stopped" })
        const before = rejection(Future.toPromise(future))
        yield* Future.cancel(future)
        const after = rejection(Future.toPromise(future))
        isCancelledError(yield* before, "stopped")
        isCancelledError(yield* after, "stopped")
      })
    )

    it.effect("waits for the finalizers of the task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        const promise = Future.toPromise(job.future).then(() => job.log.push("resolved"))
        yield* Deferred.succeed(job.end, "done")
        yield* letOthersRun
        assert.deepStrictEqual(job.log, ["cleaning up"])
        yield* job.cleanup.open
        yield* Effect.promise(() => promise)
        assert.deepStrictEqual(job.log, ["cleaning up", "gone", "resolved"])
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`rejects for ${what}`, () =>
        Effect.gen(function* () {
          assertInvalidOption(yield* rejection(Future.toPromise(asFuture(value))), "future", value)
        })
      )
    }
  })

  describe("inspection", () => {
    class Box {
      readonly content = "secret"
    }
    const results: ReadonlyArray<readonly [Exit.Exit<unknown, unknown>, string]> = [
      [Exit.succeed(new Uint8Array(3)), "finished: Success(Uint8Array)"],
      [Exit.succeed(1), "finished: Success(number)"],
      [Exit.succeed("secret"), "finished: Success(string)"],
      [Exit.succeed(undefined), "finished: Success(undefined)"],
      [Exit.succeed(null), "finished: Success(null)"],
      [Exit.succeed(1n), "finished: Success(bigint)"],
      [Exit.succeed(() => 1), "finished: Success(function)"],
      [Exit.succeed([1, 2]), "finished: Success(Array)"],
      [Exit.succeed({ a: 1 }), "finished: Success(Object)"],
      [Exit.succeed(Object.create(null)), "finished: Success(Object)"],
      [Exit.succeed(new Box()), "finished: Success(Box)"],
      [Exit.fail(new Refused({ n: 1 })), "finished: Failure(Refused)"],
      [Exit.fail({ _tag: "Tagged" }), "finished: Failure(Tagged)"],
      [Exit.fail(new RangeError("secret")), "finished: Failure(RangeError)"],
      [Exit.fail("secret"), "finished: Failure(string)"],
      [Exit.die(new TypeError("secret")), "finished: Die(TypeError)"],
      [Exit.failCause(Cause.combine(Cause.interrupt(7), Cause.fail("secret"))), "finished: Failure(string)"],
      [Exit.interrupt(7), "cancelled"]
    ]

    for (const [exit, shown] of results) {
      it.effect(`shows ${shown} and nothing of the content, for ${inspect(exit, { breakLength: Infinity })}`, () =>
        Effect.gen(function* () {
          const future = yield* ended(exit, { name: "thumbnail" })
          assert.strictEqual(String(future), `Future(#${future.id} "thumbnail") ${shown}`)
        })
      )
    }

    it.effect("shows a future of an executor while it is pending and while it runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor, { name: "running one" })
        const pending = yield* executor.submit(Effect.void, { name: "pending one" })
        assert.strictEqual(String(running.future), `Future(#${running.future.id} "running one") running`)
        assert.strictEqual(String(pending), `Future(#${pending.id} "pending one") pending`)
      })
    )

    it.effect("shows a timeout and a cancellation of a task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const slow = yield* executor.submit(Effect.never, { name: "slow", timeout: "1 second" })
        const stopped = yield* executor.submit(Effect.never, { name: "stopped" })
        yield* pass("1 second")
        yield* Future.cancel(stopped)
        assert.strictEqual(String(slow), `Future(#${slow.id} "slow") finished: Failure(TaskTimeoutError)`)
        assert.strictEqual(String(stopped), `Future(#${stopped.id} "stopped") cancelled`)
      })
    )

    it.effect("shows a name with quotes so that it can be read", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>({ name: 'a "b"\n' })
        assert.strictEqual(String(future), `Future(#${future.id} "a \\"b\\"\\n") pending`)
      })
    )

    it.effect("is the same in console.log, util.inspect, toJSON and String, alone and inside of something", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1), { name: "one" })
        const shown = `Future(#${future.id} "one") finished: Success(number)`
        assert.strictEqual(format(future), shown)
        assert.strictEqual(inspect(future), shown)
        assert.strictEqual(inspect({ list: [future] }), `{ list: [ ${shown} ] }`)
        assert.strictEqual(JSON.stringify({ future }), JSON.stringify({ future: shown }))
        assert.strictEqual(`${future}`, shown)
      })
    )
  })

  describe("waiting misses nothing, however often fibers give way", () => {
    interface Wait {
      readonly wait: Effect.Effect<unknown, unknown>
      readonly settle: Effect.Effect<unknown, unknown>
    }

    /** Has a fiber wait that gives way after every few steps, and settles what it waits for in one turn or another. */
    const missesNothing = (make: Effect.Effect<Wait, unknown, Scope.Scope>) =>
      Effect.gen(function* () {
        const missed: Array<string> = []
        for (let steps = 3; steps <= 9; steps++) {
          for (let turns = 0; turns < 14; turns++) {
            const { settle, wait } = yield* make
            const waiter = yield* Effect.forkChild(wait.pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, steps)))
            for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
            yield* settle
            const when = `${steps} steps at a time, settled after ${turns} turns`
            if (yield* isWaiting(waiter)) missed.push(when)
            else if (waiter.pollUnsafe()?._tag === "Failure") missed.push(`${when}: ${inspect(waiter.pollUnsafe())}`)
            yield* Fiber.interrupt(waiter)
          }
        }
        assert.deepStrictEqual(missed, [])
      }).pipe(Effect.scoped)

    const byHand = (wait: (future: Future.Future<number>, other: Future.Future<number>) => Wait["wait"]) =>
      missesNothing(
        Effect.gen(function* () {
          const future = yield* Future.make<number>()
          const other = yield* Future.make<number>()
          return { wait: wait(future, other), settle: Future.succeed(future, 1) }
        })
      )

    it.effect("join", () => byHand((future) => future))
    it.effect("await", () => byHand((future) => Future.await(future)))
    it.effect("result", () => byHand((future) => Future.result(future, { timeout: "1 second" })))
    it.effect("onDone", () =>
      byHand((future) => {
        const called = Latch.makeUnsafe()
        return Effect.andThen(
          Future.onDone(future, () => called.openUnsafe()),
          called.await
        )
      })
    )
    it.effect("wait for all", () => byHand((future) => Future.wait([future])))
    it.effect("wait for the first", () =>
      byHand((future, other) => Future.wait([other, future], { returnWhen: "firstCompleted" }))
    )
    it.effect("asCompleted", () => byHand((future) => Stream.runDrain(Future.asCompleted([future]))))
    it.effect("asCompleted for the first", () =>
      byHand((future, other) => Stream.runDrain(Stream.take(Future.asCompleted([other, future]), 1)))
    )
    it.effect("all", () => byHand((future) => Future.all([future])))
    it.effect("race", () => byHand((future, other) => Future.race([other, future])))

    it.effect("all, when one fails and another never ends", () =>
      missesNothing(
        Effect.gen(function* () {
          const [never, failing] = yield* makeThree
          return { wait: Effect.flip(Future.all([never, failing])), settle: Future.fail(failing, "no") }
        })
      )
    )

    it.effect("join, in a task of the same executor", () =>
      missesNothing(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const end = Deferred.makeUnsafe<number>()
          const wait = Effect.gen(function* () {
            const inner = yield* executor.submit(Deferred.await(end))
            return yield* inner
          })
          return { wait: Executor.run(executor, wait), settle: Deferred.succeed(end, 1) }
        })
      )
    )

    it.effect("cancel", () =>
      missesNothing(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          const job = yield* startJob(executor, { slowCleanup: true })
          return { wait: Future.cancel(job.future), settle: job.cleanup.open }
        })
      )
    )
  })

  describe("waiting leaves no observer behind, wherever it is interrupted", () => {
    const leavesNothing = (
      wait: (future: Future.Future<number>, other: Future.Future<number>) => Effect.Effect<unknown, unknown>
    ) =>
      Effect.gen(function* () {
        const left: Array<string> = []
        for (let steps = 3; steps <= 9; steps++) {
          for (let turns = 0; turns < 14; turns++) {
            const future = yield* Future.make<number>()
            const other = yield* Future.make<number>()
            const waiter = yield* Effect.forkChild(
              wait(future, other).pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, steps))
            )
            for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
            yield* Fiber.interrupt(waiter)
            const observers = observersOf(future) + observersOf(other)
            if (observers > 0) left.push(`${steps} steps at a time, interrupted after ${turns} turns`)
          }
        }
        assert.deepStrictEqual(left, [])
      })

    it.effect("join", () => leavesNothing((future) => future))
    it.effect("await", () => leavesNothing((future) => Future.await(future)))
    it.effect("result", () => leavesNothing((future) => Future.result(future, { timeout: "1 second" })))
    it.effect("wait", () => leavesNothing((future, other) => Future.wait([future, other])))
    it.effect("asCompleted", () =>
      leavesNothing((future, other) => Stream.runDrain(Future.asCompleted([future, other])))
    )
  })

  describe("chains", () => {
    const length = 10_000
    // Long enough for a machine that is busy.
    const limit = 30_000

    for (const maxWorkers of [2, length]) {
      it.effect(
        `of ${length} futures that each join the one before do not overflow the stack, ${maxWorkers} lanes`,
        () =>
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make({ maxWorkers })
            const first = yield* startJob<number>(executor)
            let last: Future.Future<number, TaskTimeoutError | TaskCancelledError> = first.future
            for (let i = 1; i < length; i++) {
              const before = last
              last = yield* executor.submit(Effect.map(before, (n) => n + 1))
            }
            yield* letOthersRun
            yield* Deferred.succeed(first.end, 1)
            assert.strictEqual(yield* last, length)
          }),
        limit
      )

      it.effect(
        `of ${length} futures that each join one submitted later do not overflow it, ${maxWorkers} lanes`,
        () =>
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make({ maxWorkers })
            const all = Latch.makeUnsafe()
            const end = Deferred.makeUnsafe<number>()
            const futures: Array<Future.Future<number, TaskTimeoutError | TaskCancelledError>> = []
            const next = (i: number): Effect.Effect<number, TaskTimeoutError | TaskCancelledError> =>
              Effect.andThen(all.await, () => Effect.map(futures[i + 1]!, (n) => n + 1))
            for (let i = 1; i < length; i++) futures.push(yield* executor.submit(next(i - 1)))
            futures.push(yield* executor.submit(Deferred.await(end)))
            yield* all.open
            const joiner = yield* forkNow(futures[0]!)
            assert.isTrue(yield* isWaiting(joiner))
            yield* Deferred.succeed(end, 1)
            assert.strictEqual(yield* Fiber.join(joiner), length)
          }),
        limit
      )
    }

    it.effect(
      `of ${length} futures that each join the one before pass on that the first was cancelled`,
      () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: length })
          const first = yield* startJob<number>(executor, { name: "first" })
          let last: Future.Future<number, TaskTimeoutError | TaskCancelledError> = first.future
          for (let i = 1; i < length; i++) last = yield* executor.submit(last)
          yield* letOthersRun
          yield* Future.cancel(first.future)
          isCancelledError(yield* Effect.flip(last), "first")
        }),
      limit
    )

    it.effect(
      `of ${length} futures that are settled by callbacks of each other do not overflow the stack`,
      () =>
        Effect.gen(function* () {
          const futures = yield* Effect.forEach(Array.from({ length }), () => Future.make<number>())
          for (const [i, future] of futures.entries()) {
            const next = futures[i + 1]
            if (next !== undefined) yield* Future.onDone(future, () => Future.succeed(next, i + 2))
          }
          yield* Future.succeed(futures[0]!, 1)
          assert.strictEqual(yield* futures[length - 1]!, length)
        }),
      limit
    )

    it.effect(
      `of ${length} joiners of one future do not overflow the stack`,
      () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number>()
          const joiners = yield* Effect.forEach(Array.from({ length }), () => forkNow(future))
          yield* Future.succeed(future, 1)
          assert.strictEqual((yield* Fiber.joinAll(joiners)).length, length)
        }),
      limit
    )
  })

  describe("agreement of state, exit, callbacks and statistics", () => {
    interface Ending {
      readonly how: string
      readonly task?: Effect.Effect<number, string>
      readonly options?: Executor.SubmitOptions
      readonly isQueued?: boolean
      readonly end?: (
        future: Future.Future<unknown, unknown>,
        group: Executor.Executor<unknown>
      ) => Effect.Effect<unknown>
      readonly state: Future.State
      readonly tally: "succeeded" | "failed" | "cancelled" | "timedOut"
      readonly outcome: string
      readonly joined: string
    }
    const cancelled = { state: "cancelled", tally: "cancelled", outcome: "Interrupt" } as const
    const joined = "TaskCancelledError"
    const interrupt = (future: Future.Future<unknown, unknown>) => Fiber.interrupt(future.fiber)
    const endings: ReadonlyArray<Ending> = [
      { how: "a success", task: Effect.succeed(1), state: "finished", tally: "succeeded", outcome: "1", joined: "1" },
      { how: "a failure", task: Effect.fail("no"), state: "finished", tally: "failed", outcome: "no", joined: "no" },
      { how: "a defect", task: Effect.die("oh"), state: "finished", tally: "failed", outcome: "oh", joined: "oh" },
      {
        how: "a timeout",
        options: { timeout: "1 second" },
        end: () => pass("1 second"),
        state: "finished",
        tally: "timedOut",
        outcome: "TaskTimeoutError",
        joined: "TaskTimeoutError"
      },
      { how: "an interruption by itself", task: Effect.interrupt, ...cancelled, joined },
      { how: "a cancellation while it runs", end: (future) => Future.cancel(future), ...cancelled, joined },
      { how: "a cancellation in the queue", isQueued: true, end: (_) => Future.cancel(_), ...cancelled, joined },
      { how: "an interruption of its fiber while it runs", end: interrupt, ...cancelled, joined },
      { how: "an interruption of its fiber in the queue", isQueued: true, end: interrupt, ...cancelled, joined },
      {
        how: "a cancellation before its time limit",
        options: { timeout: "1 day" },
        end: (future) => Future.cancel(future),
        ...cancelled,
        joined
      },
      {
        how: "a shutdown while it runs",
        end: (_, group) => Executor.shutdown(group, { mode: "interrupt" }),
        ...cancelled,
        joined
      },
      {
        how: "a shutdown in the queue",
        isQueued: true,
        end: (_, group) => Executor.shutdown(group, { mode: "cancelPending" }),
        ...cancelled,
        joined
      },
      {
        how: "a failure of its finalizer while it was cancelled",
        task: Effect.ensuring(Effect.never, Effect.die("oh")),
        end: (future) => Future.cancel(future),
        state: "finished",
        tally: "failed",
        outcome: "oh",
        joined: "oh"
      }
    ]

    /** The value or the error, the tag of either, or `Interrupt`. */
    const describeExit = (exit: Exit.Exit<unknown, unknown>): string => {
      const value = exit._tag === "Success" ? exit.value : Cause.squash(exit.cause)
      if (exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)) return "Interrupt"
      return value instanceof Error ? value.name : String(value)
    }

    for (const ending of endings) {
      it.effect(`after ${ending.how}`, () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const blocker = ending.isQueued === true ? yield* startJob(executor) : undefined
          const group = yield* Executor.group(executor)
          const never: Effect.Effect<number, string> = Effect.never
          const future = yield* group.submit(ending.task ?? never, ending.options)

          const seen: Array<unknown> = []
          const look = Effect.gen(function* () {
            const { pending, running, workers: _, ...tallies } = yield* Executor.stats(group)
            return {
              state: future.state,
              booleans: booleans(future),
              printed: String(future).includes(`) ${ending.state}`),
              exit: describeExit(future.fiber.pollUnsafe()!),
              polled: describeExit(Option.getOrThrow(yield* Future.poll(future))),
              joined: describeExit(yield* Effect.exit(future)),
              pending,
              running,
              tallies
            }
          })
          yield* Future.onDone(future, () => Effect.map(look, (_) => seen.push(_)))
          const joiner = yield* forkNow(Effect.exit(future))
          const awaiter = yield* forkNow(Future.await(future))
          const ofFiber = yield* forkNow(Fiber.await(future.fiber))
          yield* letOthersRun
          if (ending.end !== undefined) yield* ending.end(future, group)

          assert.strictEqual(describeExit(yield* Fiber.join(joiner)), ending.joined)
          assert.strictEqual(yield* Fiber.join(awaiter), yield* Fiber.join(ofFiber))
          seen.push(yield* look)
          const tallies = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0, [ending.tally]: 1 }
          const facts = {
            state: ending.state,
            booleans: expected[ending.state],
            printed: true,
            exit: ending.outcome,
            polled: ending.outcome,
            joined: ending.joined,
            pending: 0,
            running: 0,
            tallies
          }
          assert.deepStrictEqual(seen, [facts, facts])

          if (blocker !== undefined) yield* Deferred.succeed(blocker.end, "done")
          yield* Executor.awaitIdle(executor)
          const { pending, running } = yield* Executor.stats(executor)
          assert.deepStrictEqual({ pending, running }, { pending: 0, running: 0 })
        })
      )
    }
  })

  // Last, since it would keep the tests after it from being woken.
  describe("failCause", () => {
    it.effect("of what is no cause dies, and harms no other future", () =>
      Effect.gen(function* () {
        const other = yield* Future.make<number>()
        const joiner = yield* forkNow(other)
        const future = yield* Future.make<number, string>()
        const noCause = "no cause" as unknown as Cause.Cause<string>
        yield* defectOf(Future.failCause(future, noCause))
        yield* Future.succeed(other, 1)
        assert.isFalse(yield* isWaiting(joiner), "nobody is woken any more")
      })
    )
  })
})
