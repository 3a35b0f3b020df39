import { assert } from "@effect/vitest"
import type { Cause, Exit, Fiber } from "effect"
import { Context, Data, Deferred, Duration, Effect, Latch, Logger, Scheduler } from "effect"
import { TestClock } from "effect/testing"
import type { Executor, FiberExecutor } from "effect-futures"
import { Future, InvalidOptionsError, InvalidStateError, Task, TaskCancelledError } from "effect-futures"
import { inspect } from "node:util"
import { defectOf } from "./defectOf.ts"
import { letOthersRun } from "./letOthersRun.ts"

export class Refused extends Data.TaggedError("Refused")<{ readonly n: number }> {}
export class Bell extends Context.Service<Bell, { readonly ring: Effect.Effect<void> }>()("test/Bell") {}

export { letOthersRun }

export const Numbers = Task.module(import.meta.url, { double: (n: number) => n * 2 })

export const forkNow = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

/** Whether a fiber still waits after everything else that could go on has gone on. */
export const isWaiting = (fiber: Fiber.Fiber<unknown, unknown>) =>
  Effect.gen(function* () {
    for (let turns = 0; turns < 500 && fiber.pollUnsafe() === undefined; turns++) yield* Effect.yieldNow
    return fiber.pollUnsafe() === undefined
  })

/** Moves the time, once all that are going to sleep do. */
export const pass = (duration: Duration.Input) =>
  letOthersRun.pipe(Effect.andThen(TestClock.adjust(duration)), Effect.andThen(letOthersRun))

/** A task that says when it has begun, ends as `end` says, and then cleans up for as long as `cleanup` is closed. */
export const makeJob = <A = string, E = never>() => {
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
export const startJob = <A = string, E = never>(
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
export const ended = <A, E>(exit: Exit.Exit<A, E>, options?: { readonly name: string }) =>
  Effect.gen(function* () {
    const future = yield* Future.make<A, E>(options)
    yield* Future.done(future, exit)
    return future
  })

/** Three futures made by hand. */
export const makeThree = Effect.all([
  Future.make<number, string>({ name: "a" }),
  Future.make<number, string>({ name: "b" }),
  Future.make<number, string>({ name: "c" })
])

export const names = (futures: Iterable<Future.Future<unknown, unknown>>) =>
  Array.from(futures, (future) => future.name)

/** How many wait to be told of the end of a future. */
export const observersOf = (future: Future.Future<unknown, unknown>): number => {
  const observers: (() => void) | Set<() => void> | undefined = Reflect.get(future, "observers")
  return observers instanceof Set ? observers.size : observers === undefined ? 0 : 1
}

export const onlyReason = <A, E>(exit: Exit.Exit<A, E>): Cause.Reason<E> => {
  const reasons = exit._tag === "Failure" ? exit.cause.reasons : []
  const [reason] = reasons
  return reason !== undefined && reasons.length === 1 ? reason : assert.fail(`not one reason: ${inspect(exit)}`)
}

export const assertInvalidOption = (error: unknown, option: string, value: unknown) => {
  if (!(error instanceof InvalidOptionsError)) return assert.fail(`not an InvalidOptionsError: ${inspect(error)}`)
  assert.strictEqual(error.option, option)
  assert.isTrue(Object.is(error.value, value), `the value is ${inspect(error.value)}`)
  assert.include(error.message, `Invalid option ${option}: got `)
}

/** Asserts that running it dies with an `InvalidOptionsError` which names the option and its value. */
export const diesOf = (option: string, value: unknown, make: () => Effect.Effect<unknown, unknown>) =>
  Effect.map(defectOf(Effect.suspend(make)), (defect) => assertInvalidOption(defect, option, value))

export const failsWithInvalidState = (
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

export const isCancelledError = (error: unknown, task: string) => {
  assert.instanceOf(error, TaskCancelledError)
  assert.strictEqual(error instanceof TaskCancelledError && error.task, task)
}

/** A scheduler that makes every fiber give way before each of its steps, until it is told who goes on. */
export const givesWayAlways = () => {
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

export const captureLogs = () => {
  const logs: Array<{ readonly level: string; readonly message: unknown; readonly cause: Cause.Cause<unknown> }> = []
  const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
    logs.push({ level: logLevel, message, cause })
  })
  return { logs, layer: Logger.layer([logger]) }
}

/** Values from outside that are no futures of this library. */
export const strangers: ReadonlyArray<readonly [string, unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["an object", {}],
  ["a string", "future"],
  ["a promise", Promise.resolve(1)],
  ["a fiber", Effect.runFork(Effect.never)],
  ["an effect", Effect.succeed(1)]
]
/** Strangers that are taken for a future also where nothing else is given, and so are refused. */
export const strangersAlone: typeof strangers = strangers.filter(([, value]) => Effect.isEffect(value))

/** Gives them once. */
export function* generated<A>(...items: ReadonlyArray<A>): Generator<A> {
  yield* items
}

export const asFuture = (value: unknown) => value as Future.Settable<number, string>
export const asFutures = (value: unknown) => value as Iterable<Future.Future<number, string>>

export const badTimeouts: ReadonlyArray<unknown> = [-1, NaN, "-1 second", Duration.millis(-5), "soon", {}, null, true]
export const asTimeout = (value: unknown) => value as Duration.Input

/** The answers of the four predicates. */
export const booleans = (future: Future.Future<unknown, unknown>) => ({
  isPending: Future.isPending(future),
  isRunning: Future.isRunning(future),
  isDone: Future.isDone(future),
  isCancelled: Future.isCancelled(future)
})
const none = { isPending: false, isRunning: false, isDone: false, isCancelled: false }
export const booleansOf: Record<Future.State, typeof none> = {
  pending: { ...none, isPending: true },
  running: { ...none, isRunning: true },
  finished: { ...none, isDone: true },
  cancelled: { ...none, isDone: true, isCancelled: true }
}
