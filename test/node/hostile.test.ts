import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Logger, Stream } from "effect"
import {
  Executor,
  InvalidOptionsError,
  type Task,
  TaskEncodingError,
  TaskTimeoutError,
  WorkerCrashedError
} from "effect-futures"
import { ProcessExecutor } from "effect-futures/node"
import { kinds } from "./remoteExecutors/support.ts"
import { until } from "./process/support/processes.ts"
import { Hostile } from "./hostile/tasks.ts"
import { collectSpans } from "../support/collectSpans.ts"
import { defectOf } from "../support/defectOf.ts"

/** Counts how often this process's event loop has come round to a timer. */
const countTurns = Effect.acquireRelease(
  Effect.sync(() => {
    const turns = { count: 0 }
    const timer = setInterval(() => turns.count++, 1)
    return { turns, timer }
  }),
  ({ timer }) => Effect.sync(() => clearInterval(timer))
).pipe(Effect.map(({ turns }) => turns))

/** How the task has ended, which has to leave this process its turns. */
const endOf = <A, E>(executor: Executor.Executor<Executor.Failure>, task: Task.Task<A, E>) =>
  Effect.gen(function* () {
    const turns = yield* countTurns
    const exit = yield* Effect.exit(Executor.run(executor, task))
    assert.isAbove(turns.count, 0)
    // The worker is still there for others.
    turns.count = 0
    yield* Effect.promise(() => until(() => turns.count > 0))
    return exit
  })

const failureOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Cause.squash(exit.cause) : assert.fail("it has not failed")

const valueOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isSuccess(exit) ? exit.value : assert.fail(String(Cause.squash(exit.cause)))

const messageOf = (exit: Exit.Exit<unknown, unknown>): string => String((failureOf(exit) as Error).message)

const rss = () => process.memoryUsage().rss / 1024 / 1024

describe.each(kinds)("a hostile task in %s cannot take the parent down", (_, make) => {
  it.live.each(["another Error", "a prepareStackTrace that stays", "forged frames"] as const)(
    "by a stack that is not one, where it spins: %s",
    (how) =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const error = yield* Effect.flip(Executor.run(executor, Hostile.spinsWithOwnError(how), { timeout: 100 }))
        assert.instanceOf(error, TaskTimeoutError)
        assert.strictEqual(yield* Executor.run(executor, Hostile.later()), "later")
      })
  )

  it.live("by a result that claims to have billions of items", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const exit = yield* endOf(executor, Hostile.returnsSparse())
      if (Exit.isSuccess(exit)) assert.strictEqual(exit.value.sparse.length, 4_000_000_000)
      else assert.instanceOf(failureOf(exit), TaskEncodingError)
    })
  )

  it.live("by an error that claims to have billions of items", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const exit = yield* endOf(executor, Hostile.failsWithSparse())
      assert.isTrue(Exit.isFailure(exit))
    })
  )

  it.live("by an error that nobody catches and that claims to have billions of items", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const exit = yield* endOf(executor, Hostile.throwsSparse())
      assert.instanceOf(failureOf(exit), WorkerCrashedError)
    })
  )

  it.live("by an element that claims to have billions of items", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const turns = yield* countTurns
      const exit = yield* Effect.exit(Stream.runDrain(Executor.stream(executor, Hostile.sparseElements())))
      if (Exit.isFailure(exit)) assert.instanceOf(failureOf(exit), TaskEncodingError)
      assert.isAbove(turns.count, 0)
    })
  )

  it.live("by a report that claims to have billions of items", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      yield* endOf(executor, Hostile.reportsSparse())
    })
  )

  it.live("by reports without end: the last are kept", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const before = rss()
      yield* endOf(executor, Hostile.reportsMuch(200_000, 5000))
      // All of them would take 1,000.
      assert.isBelow(rss() - before, 400)
    })
  )

  it.live("by log messages of a megabyte: they are cut", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => told.push(String(message)))
      const executor = yield* make({ maxWorkers: 1 })
      yield* endOf(executor, Hostile.logsMuch(200, 1_000_000)).pipe(Effect.provide(Logger.layer([logger])))
      assert.lengthOf(told, 200)
      for (const text of told) assert.match(text, /^x{60000,70000}\.\.\. \(\d+ more characters\)$/)
    })
  )

  it.live("by log messages without end: some are dropped, and one line says how many", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => lines.push(String(message)))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 1 })
          yield* endOf(executor, Hostile.logsMuch(40_000, 10))
        })
      ).pipe(Effect.provide(Logger.layer([logger])))
      const [dropped, ...others] = lines.filter((line) => line.includes("log messages"))
      const count = Number(/(\d+) log messages/.exec(dropped!)![1])
      assert.isAbove(count, 0)
      if (others.length === 0) assert.strictEqual(lines.length - 1, 40_000 - count)
    })
  )

  it.live("by spans that it leaves open: they are limited, and end with their worker", () =>
    Effect.gen(function* () {
      const { spans, tracer } = collectSpans()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 1 })
          yield* endOf(executor, Hostile.beginsSpans(20_000))
        })
      ).pipe(Effect.withTracer(tracer))
      const left = spans.filter(({ name }) => name === "left open")
      assert.isAtMost(left.length, 10_000)
      assert.isTrue(left.every((span) => span.status._tag === "Ended"))
    })
  )
})

describe("a hostile task in a process cannot take the parent down", () => {
  it.live("by more elements than were asked for: its worker is ended", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1 })
      const failure = yield* Effect.flip(Stream.runDrain(Executor.stream(executor, Hostile.sendsTooMany(1_000_000))))
      assert.instanceOf(failure, WorkerCrashedError)
      assert.include(failure.message, "more elements of a stream than were requested")
      assert.strictEqual(yield* Executor.run(executor, Hostile.later()), "later")
    })
  )

  it.live("by elements of a call that is no stream's: its worker is ended", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1 })
      const exit = yield* endOf(executor, Hostile.sendsElements())
      assert.instanceOf(failureOf(exit), WorkerCrashedError)
      assert.strictEqual(yield* Executor.run(executor, Hostile.later()), "later")
    })
  )

  const alone = { maxWorkers: 1 }

  it.live.each(["repliesSparse", "repliesNoReply"] as const)("by a reply that makes no sense: %s", (name) =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make(alone)
      const exit = yield* endOf(executor, Hostile[name]())
      const error = failureOf(exit)
      assert.isTrue(error instanceof TaskEncodingError || error instanceof WorkerCrashedError, String(error))
    })
  )

  it.live("by telling of billions of things", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make(alone)
      const exit = yield* endOf(executor, Hostile.saysSparse())
      assert.strictEqual(valueOf(exit), "said")
    })
  )

  it.live("by last words of billions of items", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make(alone)
      assert.instanceOf(failureOf(yield* endOf(executor, Hostile.lastSparse())), WorkerCrashedError)
    })
  )

  it.live("by replies for its neighbours: none of them gets one", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1, concurrency: 4 })
      const neighbours = yield* Effect.replicateEffect(executor.submit(Hostile.never()), 3)
      const waiting = yield* Effect.replicateEffect(executor.submit(Hostile.later()), 3)
      const exit = yield* endOf(executor, Hostile.forges())
      assert.match(messageOf(exit), /answered a call that it does not have/)
      for (const future of neighbours) {
        assert.instanceOf(failureOf(yield* Effect.exit(future)), WorkerCrashedError)
      }
      // Calls that had not begun begin elsewhere, and were not answered before.
      for (const future of waiting) assert.strictEqual(yield* future, "later")
    })
  )

  it.live("by announcing more than maxFrameBytes: it is killed at once, with an error that names the limit", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make(alone)
      const before = rss()
      for (const length of [600_000_000, 4_000_000_000]) {
        const exit = yield* endOf(executor, Hostile.announces(length))
        assert.instanceOf(failureOf(exit), WorkerCrashedError)
        assert.include(messageOf(exit), `a frame of ${length} bytes, and the limit (maxFrameBytes) is 268435456`)
      }
      assert.match(messageOf(yield* endOf(executor, Hostile.announcesMessage(5_000_000))), /a frame of 5000000 bytes/)
      assert.isBelow(rss() - before, 100)
    })
  )

  it.live(
    "by a frame that it begins and does not end: within its limits the task ends, and nothing is kept for it",
    () =>
      Effect.gen(function* () {
        const executor = yield* ProcessExecutor.make(alone)
        yield* yield* executor.submit(Hostile.pid())
        const before = rss()
        const future = yield* executor.submit(Hostile.announces(200_000_000), { timeout: "100 millis" })
        const late = yield* Effect.exit(future)
        assert.instanceOf(failureOf(late), TaskTimeoutError)
        assert.isBelow(rss() - before, 100)
        // Without any limit.
        const exit = yield* endOf(executor, Hostile.announces(200_000_000))
        assert.instanceOf(failureOf(exit), WorkerCrashedError)
        assert.match(messageOf(exit), /it began a frame and did not finish it/)
        assert.isBelow(rss() - before, 100)
      })
  )

  it.live("by frames without end: others have their turns", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make(alone)
      const turns = yield* countTurns
      // 16 megabytes.
      const exit = yield* endOf(executor, Hostile.floods(250))
      assert.strictEqual(valueOf(exit), "flooded")
      assert.isAbove(turns.count, 10)
    })
  )
})

describe("maxFrameBytes", () => {
  it.live("is a limit of arguments and of results, and the worker goes on", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1, maxFrameBytes: 100_000 })
      const pid = yield* yield* executor.submit(Hostile.pid())
      const argument = yield* Effect.flip(yield* executor.submit(Hostile.length(new Uint8Array(100_000))))
      assert.instanceOf(argument, TaskEncodingError)
      assert.match(argument.message, /argument.*100\d\d\d bytes, and the limit \(maxFrameBytes\) is 100000/s)
      const result = yield* Effect.flip(yield* executor.submit(Hostile.bytes(100_000)))
      assert.instanceOf(result, TaskEncodingError)
      assert.strictEqual((result as TaskEncodingError).what, "result")
      assert.match(result.message, /100\d\d\d bytes, and the limit \(maxFrameBytes\) is 100000/)
      assert.strictEqual(yield* yield* executor.submit(Hostile.length(new Uint8Array(90_000))), 90_000)
      assert.strictEqual((yield* yield* executor.submit(Hostile.bytes(90_000))).length, 90_000)
      assert.strictEqual(yield* yield* executor.submit(Hostile.pid()), pid)
    })
  )

  it.live("lets 64 megabytes pass if it is not given", () =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1 })
      const length = 64 * 1024 * 1024
      assert.strictEqual((yield* yield* executor.submit(Hostile.bytes(length))).length, length)
      assert.strictEqual(yield* yield* executor.submit(Hostile.length(new Uint8Array(length))), length)
    })
  )

  it.effect.each([0, 1000, 1024.5, 2 ** 32, "1 MB" as never])("is checked: %s", (maxFrameBytes) =>
    Effect.gen(function* () {
      assert.instanceOf(yield* defectOf(ProcessExecutor.make({ maxFrameBytes })), InvalidOptionsError)
    })
  )
})
