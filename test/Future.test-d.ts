import { Context, Data, Effect, pipe } from "effect"
import type { Cause, Exit, Fiber, Option, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import type { InvalidStateError, TaskCancelledError, TaskTimeoutError } from "effect-futures"
import { describe, expectTypeOf, it } from "vitest"

class DecodeError extends Data.TaggedError("DecodeError")<{}> {}
class ReadError extends Data.TaggedError("ReadError")<{}> {}
class Bell extends Context.Service<Bell, { readonly ring: Effect.Effect<void> }>()("Bell") {}
class Log extends Context.Service<Log, { readonly write: Effect.Effect<void> }>()("Log") {}

declare const executor: FiberExecutor.FiberExecutor
declare const count: Future.Future<number, DecodeError>
declare const text: Future.Future<string, ReadError>
declare const flag: Future.Future<boolean>
declare const one: Future.Future<1, DecodeError>
declare const settable: Future.Settable<number, DecodeError>
declare const fiber: Fiber.Fiber<number, DecodeError>

describe("Future", () => {
  describe("a future", () => {
    it("is an Effect that can fail with its error or TaskCancelledError, and needs nothing", () => {
      expectTypeOf(count).toExtend<Effect.Effect<number, DecodeError | TaskCancelledError>>()
      expectTypeOf<Effect.Success<typeof count>>().toEqualTypeOf<number>()
      expectTypeOf<Effect.Error<typeof count>>().toEqualTypeOf<DecodeError | TaskCancelledError>()
      expectTypeOf<Effect.Error<typeof flag>>().toEqualTypeOf<TaskCancelledError>()
      expectTypeOf<Effect.Services<typeof count>>().toEqualTypeOf<never>()
    })

    it("is yielded in a generator", () => {
      const program = Effect.gen(function* () {
        const n = yield* count
        expectTypeOf(n).toEqualTypeOf<number>()
        return [n, yield* text] as const
      })
      expectTypeOf(program).toEqualTypeOf<
        Effect.Effect<readonly [number, string], DecodeError | ReadError | TaskCancelledError>
      >()
    })

    it("goes through the operators of Effect", () => {
      const caught = count.pipe(Effect.catchTag("TaskCancelledError", (error) => Effect.succeed(error.task)))
      expectTypeOf(caught).toEqualTypeOf<Effect.Effect<number | string, DecodeError>>()
    })

    it("is not any Effect: an Effect is no future", () => {
      // @ts-expect-error
      const future: Future.Future<number> = Effect.succeed(1)
      void future
    })

    it("is covariant in its value and in its error", () => {
      expectTypeOf(one).toExtend<Future.Future<number, DecodeError | ReadError>>()
      expectTypeOf(flag).toExtend<Future.Future<unknown, unknown>>()
      // @ts-expect-error
      const narrower: Future.Future<1, DecodeError> = count
      // @ts-expect-error
      const withFewerErrors: Future.Future<number> = count
      void [narrower, withFewerErrors]
    })

    it("tells its number, name, state and fiber, and none of them can be set", () => {
      expectTypeOf(count.id).toEqualTypeOf<number>()
      expectTypeOf(count.name).toEqualTypeOf<string>()
      expectTypeOf(count.state).toEqualTypeOf<Future.State>()
      expectTypeOf<Future.State>().toEqualTypeOf<"pending" | "running" | "cancelled" | "finished">()
      expectTypeOf(count.fiber).toEqualTypeOf<Fiber.Fiber<number, DecodeError>>()
      // @ts-expect-error
      count.state = "finished"
      // @ts-expect-error
      count.name = "other"
    })

    it("of a fiber executor can also fail with TaskTimeoutError", () => {
      const task: Effect.Effect<number, DecodeError> = Effect.succeed(1)
      expectTypeOf<Effect.Success<ReturnType<typeof submitted>>>().toEqualTypeOf<
        Future.Future<number, DecodeError | TaskTimeoutError>
      >()
      const submitted = () => executor.submit(task)
    })
  })

  describe("Success and Error", () => {
    it("are what a future's value is, and what it can fail with besides TaskCancelledError", () => {
      expectTypeOf<Future.Success<typeof count>>().toEqualTypeOf<number>()
      expectTypeOf<Future.Error<typeof count>>().toEqualTypeOf<DecodeError>()
      expectTypeOf<Future.Error<typeof flag>>().toEqualTypeOf<never>()
    })

    it("are those of each in a union", () => {
      expectTypeOf<Future.Success<typeof count | typeof text>>().toEqualTypeOf<number | string>()
      expectTypeOf<Future.Error<typeof count | typeof text | typeof flag>>().toEqualTypeOf<DecodeError | ReadError>()
    })

    it("are those of a future made by hand too, and never for what is no future", () => {
      expectTypeOf<Future.Success<typeof settable>>().toEqualTypeOf<number>()
      expectTypeOf<Future.Error<typeof settable>>().toEqualTypeOf<DecodeError>()
      expectTypeOf<Future.Success<Promise<number>>>().toEqualTypeOf<never>()
      expectTypeOf<Future.Error<Promise<number>>>().toEqualTypeOf<never>()
    })
  })

  describe("isFuture", () => {
    it("narrows to a future of something", () => {
      const value: unknown = count
      if (Future.isFuture(value)) expectTypeOf(value).toEqualTypeOf<Future.Future<unknown, unknown>>()
    })
  })

  describe("make", () => {
    it("gives a future of the types it is told, which fails with nothing if it is told no error", () => {
      expectTypeOf(Future.make<number, DecodeError>()).toEqualTypeOf<
        Effect.Effect<Future.Settable<number, DecodeError>>
      >()
      expectTypeOf(Future.make<number>({ name: "n" })).toEqualTypeOf<Effect.Effect<Future.Settable<number, never>>>()
    })

    it("refuses options that do not exist", () => {
      // @ts-expect-error
      void Future.make<number>({ nam: "n" })
      // @ts-expect-error
      void Future.make<number>({ name: 5 })
    })
  })

  describe("Settable", () => {
    it("is a future", () => {
      expectTypeOf(settable).toExtend<Future.Future<number, DecodeError>>()
      expectTypeOf(settable).toExtend<Future.Future<number | string, DecodeError | ReadError>>()
    })

    it("is invariant, so that nobody settles it with something else", () => {
      // @ts-expect-error
      const wider: Future.Settable<number | string, DecodeError> = settable
      // @ts-expect-error
      const narrower: Future.Settable<1, DecodeError> = settable
      // @ts-expect-error
      const withMoreErrors: Future.Settable<number, DecodeError | ReadError> = settable
      // @ts-expect-error
      const withFewerErrors: Future.Settable<number> = settable
      void [wider, narrower, withMoreErrors, withFewerErrors]
    })

    it("is not what an executor gives", () => {
      // @ts-expect-error
      const future: Future.Settable<number, DecodeError> = count
      void future
    })
  })

  describe("setRunning, succeed, fail, failCause, done", () => {
    it("can fail with InvalidStateError", () => {
      expectTypeOf(Future.setRunning(settable)).toEqualTypeOf<Effect.Effect<boolean, InvalidStateError>>()
      type Settling = Effect.Effect<void, InvalidStateError>
      expectTypeOf(Future.succeed(settable, 1)).toEqualTypeOf<Settling>()
      expectTypeOf(Future.fail(settable, new DecodeError())).toEqualTypeOf<Settling>()
      expectTypeOf(Future.failCause(settable, null! as Cause.Cause<DecodeError>)).toEqualTypeOf<Settling>()
      expectTypeOf(Future.done(settable, null! as Exit.Exit<number, DecodeError>)).toEqualTypeOf<Settling>()
      expectTypeOf(settable.pipe(Future.succeed(1))).toEqualTypeOf<Settling>()
      expectTypeOf(settable.pipe(Future.fail(new DecodeError()))).toEqualTypeOf<Settling>()
    })

    it("take a cause and an exit that can be less than the future can", () => {
      void Future.failCause(settable, null! as Cause.Cause<never>)
      void Future.done(settable, null! as Exit.Exit<1>)
    })

    it("refuse a future that an executor owns", () => {
      // @ts-expect-error
      void Future.setRunning(count)
      // @ts-expect-error
      void Future.succeed(count, 1)
      // @ts-expect-error
      void Future.fail(count, new DecodeError())
      // @ts-expect-error
      void Future.failCause(count, null! as Cause.Cause<DecodeError>)
      // @ts-expect-error
      void Future.done(count, null! as Exit.Exit<number, DecodeError>)
      // @ts-expect-error
      void count.pipe(Future.succeed(1))
    })

    it("refuse a value or an error of another type", () => {
      // @ts-expect-error
      void Future.succeed(settable, "one")
      // @ts-expect-error
      void Future.fail(settable, new ReadError())
      // @ts-expect-error
      void Future.failCause(settable, null! as Cause.Cause<ReadError>)
      // @ts-expect-error
      void Future.done(settable, null! as Exit.Exit<string, DecodeError>)
      // @ts-expect-error
      void settable.pipe(Future.succeed("one"))
    })
  })

  describe("join, await, result, poll, toPromise", () => {
    it("join has the type of the future as an Effect", () => {
      expectTypeOf(Future.join(count)).toEqualTypeOf<Effect.Effect<number, DecodeError | TaskCancelledError>>()
    })

    it("await has the exit, and no error", () => {
      expectTypeOf(Future.await(count)).toEqualTypeOf<Effect.Effect<Exit.Exit<number, DecodeError>>>()
    })

    it("result can fail with TimeoutError too, data-last as well", () => {
      type Result = Effect.Effect<number, DecodeError | TaskCancelledError | Cause.TimeoutError>
      expectTypeOf(Future.result(count, { timeout: "1 second" })).toEqualTypeOf<Result>()
      expectTypeOf(count.pipe(Future.result({ timeout: 1000 }))).toEqualTypeOf<Result>()
      expectTypeOf(count.pipe(Future.result())).toEqualTypeOf<Result>()
    })

    it("poll has an option of the exit", () => {
      expectTypeOf(Future.poll(count)).toEqualTypeOf<Effect.Effect<Option.Option<Exit.Exit<number, DecodeError>>>>()
    })

    it("toPromise has the value", () => {
      expectTypeOf(Future.toPromise(count)).toEqualTypeOf<Promise<number>>()
    })

    it("take only futures", () => {
      // @ts-expect-error
      void Future.join(fiber)
      // @ts-expect-error
      void Future.await(Promise.resolve(1))
      // @ts-expect-error
      void Future.result(Effect.succeed(1), { timeout: 5 })
      // @ts-expect-error
      void Future.poll(fiber)
      // @ts-expect-error
      void Future.toPromise(Effect.succeed(1))
    })

    it("take only durations as a timeout", () => {
      // @ts-expect-error
      void Future.result(count, { timeout: "soon" })
      // @ts-expect-error
      void Future.result(count, { timout: 5 })
    })
  })

  describe("isPending, isRunning, isDone, isCancelled", () => {
    it("are booleans, not Effects, for any future", () => {
      for (const is of [Future.isPending, Future.isRunning, Future.isDone, Future.isCancelled]) {
        expectTypeOf(is(count)).toEqualTypeOf<boolean>()
        expectTypeOf(is(settable)).toEqualTypeOf<boolean>()
        // @ts-expect-error
        is(fiber)
      }
    })
  })

  describe("cancel", () => {
    it("gives a boolean and never fails, data-last as well", () => {
      expectTypeOf(Future.cancel(count)).toEqualTypeOf<Effect.Effect<boolean>>()
      expectTypeOf(Future.cancel(count, { running: false })).toEqualTypeOf<Effect.Effect<boolean>>()
      expectTypeOf(count.pipe(Future.cancel())).toEqualTypeOf<Effect.Effect<boolean>>()
      expectTypeOf(count.pipe(Future.cancel({ running: false }))).toEqualTypeOf<Effect.Effect<boolean>>()
      expectTypeOf(Effect.forEach([count, text], (future) => Future.cancel(future))).toEqualTypeOf<
        Effect.Effect<Array<boolean>>
      >()
    })

    it("refuses what is no future, and options that do not exist", () => {
      // @ts-expect-error
      void Future.cancel(fiber)
      // @ts-expect-error
      void Future.cancel(count, { runing: false })
      // @ts-expect-error
      void Future.cancel(count, { running: "no" })
    })
  })

  describe("onDone", () => {
    it("needs nothing for a plain function, whatever it gives", () => {
      expectTypeOf(Future.onDone(count, () => {})).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(Future.onDone(count, () => 5)).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(Future.onDone(count, () => Effect.void)).toEqualTypeOf<Effect.Effect<void>>()
    })

    it("needs the services of the Effect that the callback gives, and has none of its errors", () => {
      const ring = () => Effect.flatMap(Bell, (bell) => bell.ring)
      expectTypeOf(Future.onDone(count, ring)).toEqualTypeOf<Effect.Effect<void, never, Bell>>()
      expectTypeOf(count.pipe(Future.onDone(ring))).toEqualTypeOf<Effect.Effect<void, never, Bell>>()
      const failing = () => Effect.andThen(Log, new ReadError())
      expectTypeOf(Future.onDone(count, failing)).toEqualTypeOf<Effect.Effect<void, never, Log>>()
    })

    it("needs the services of each Effect that the callback may give", () => {
      const either = (future: Future.Future<unknown, unknown>) =>
        Future.isCancelled(future)
          ? Effect.flatMap(Bell, (bell) => bell.ring)
          : future.id > 5
            ? Effect.flatMap(Log, (log) => log.write)
            : undefined
      expectTypeOf(Future.onDone(count, either)).toEqualTypeOf<Effect.Effect<void, never, Bell | Log>>()
    })

    it("hands over the future with its types", () => {
      void Future.onDone(count, (future) => {
        expectTypeOf(future).toEqualTypeOf<Future.Future<number, DecodeError>>()
      })
    })

    it("takes a callback for futures of anything, and refuses one for others", () => {
      const general = (_: Future.Future<unknown, unknown>) => {}
      const ofText = (_: Future.Future<string, ReadError>) => {}
      void Future.onDone(count, general)
      // @ts-expect-error
      void Future.onDone(count, ofText)
    })
  })

  describe("wait", () => {
    it("gives the futures with the types they had, and never fails", () => {
      expectTypeOf(Future.wait([count, count])).toEqualTypeOf<Effect.Effect<Future.WaitResult<typeof count>>>()
      expectTypeOf(Future.wait([count, text], { timeout: "1 second" })).toEqualTypeOf<
        Effect.Effect<Future.WaitResult<typeof count | typeof text>>
      >()
      expectTypeOf(Future.wait(new Set([settable]))).toEqualTypeOf<Effect.Effect<Future.WaitResult<typeof settable>>>()
      expectTypeOf<Future.WaitResult<typeof count>>().toEqualTypeOf<{
        readonly done: Array<typeof count>
        readonly notDone: Array<typeof count>
      }>()
    })

    it("is the same from a pipe", () => {
      type Waiting = Effect.Effect<Future.WaitResult<typeof count | typeof text>>
      expectTypeOf(pipe([count, text], Future.wait({ returnWhen: "firstCompleted" }))).toEqualTypeOf<Waiting>()
      expectTypeOf(pipe(new Set([count, text]), Future.wait({ timeout: 5 }))).toEqualTypeOf<Waiting>()
      expectTypeOf(pipe([count, text], Future.wait())).toEqualTypeOf<Waiting>()
      // @ts-expect-error
      void pipe([count], Future.wait({ returnWhen: "FIRST_EXCEPTION" }))
      // @ts-expect-error
      void pipe([fiber], Future.wait({ returnWhen: "firstException" }))
    })

    it("knows three strategies", () => {
      expectTypeOf<Future.ReturnWhen>().toEqualTypeOf<"firstCompleted" | "firstException" | "allCompleted">()
      void Future.wait([count], { returnWhen: "firstException" })
      // @ts-expect-error
      void Future.wait([count], { returnWhen: "FIRST_EXCEPTION" })
      // @ts-expect-error
      void Future.wait([count], { returnwhen: "firstException" })
    })

    it("takes only an iterable of futures", () => {
      // @ts-expect-error
      void Future.wait([fiber])
      // @ts-expect-error
      void Future.wait([count, Promise.resolve(1)])
      // @ts-expect-error
      void Future.wait({ count })
    })
  })

  describe("asCompleted", () => {
    it("gives the futures with the types they had, and cannot fail without a timeout", () => {
      expectTypeOf(Future.asCompleted([count, text])).toEqualTypeOf<Stream.Stream<typeof count | typeof text>>()
      expectTypeOf(Future.asCompleted([count], {})).toEqualTypeOf<Stream.Stream<typeof count>>()
      expectTypeOf(Future.asCompleted([count], { timeout: undefined })).toEqualTypeOf<Stream.Stream<typeof count>>()
    })

    it("can fail with TimeoutError with a timeout, also with one that may be undefined", () => {
      type Timed = Stream.Stream<typeof count, Cause.TimeoutError>
      expectTypeOf(Future.asCompleted([count], { timeout: "1 second" })).toEqualTypeOf<Timed>()
      const timeout = null! as number | undefined
      expectTypeOf(Future.asCompleted([count], { timeout })).toEqualTypeOf<Timed>()
    })

    it("is the same from a pipe", () => {
      type Either = typeof count | typeof text
      expectTypeOf(pipe([count, text], Future.asCompleted())).toEqualTypeOf<Stream.Stream<Either>>()
      expectTypeOf(pipe([count, text], Future.asCompleted({}))).toEqualTypeOf<Stream.Stream<Either>>()
      const timeout = null! as number | undefined
      type Timed = Stream.Stream<Either, Cause.TimeoutError>
      expectTypeOf(pipe([count, text], Future.asCompleted({ timeout: "1 second" }))).toEqualTypeOf<Timed>()
      expectTypeOf(pipe(new Set([count, text]), Future.asCompleted({ timeout }))).toEqualTypeOf<Timed>()
      // @ts-expect-error
      void pipe([count], Future.asCompleted({ timeout: "soon" }))
      // @ts-expect-error
      void pipe([fiber], Future.asCompleted({ timeout: 5 }))
    })

    it("takes only futures and durations", () => {
      // @ts-expect-error
      void Future.asCompleted([fiber])
      // @ts-expect-error
      void Future.asCompleted([count], { timeout: "soon" })
    })
  })

  describe("all", () => {
    it("of a tuple gives a tuple of the values, and can fail with each of the errors", () => {
      expectTypeOf(Future.all([count, text, flag])).toEqualTypeOf<
        Effect.Effect<[number, string, boolean], DecodeError | ReadError | TaskCancelledError>
      >()
      expectTypeOf(Future.all([settable, one] as const)).toEqualTypeOf<
        Effect.Effect<[number, 1], DecodeError | TaskCancelledError>
      >()
      expectTypeOf(Future.all([])).toEqualTypeOf<Effect.Effect<[], TaskCancelledError>>()
    })

    it("of an array gives an array of the values", () => {
      const futures: Array<typeof count> = []
      expectTypeOf(Future.all(futures)).toEqualTypeOf<Effect.Effect<Array<number>, DecodeError | TaskCancelledError>>()
      const readonly: ReadonlyArray<typeof count | typeof text> = []
      expectTypeOf(Future.all(readonly)).toEqualTypeOf<
        Effect.Effect<Array<number | string>, DecodeError | ReadError | TaskCancelledError>
      >()
    })

    it("of another iterable gives an array of the values", () => {
      expectTypeOf(Future.all(new Set([count]))).toEqualTypeOf<
        Effect.Effect<Array<number>, DecodeError | TaskCancelledError>
      >()
    })

    it("takes only futures", () => {
      // @ts-expect-error
      void Future.all([count, fiber])
      // @ts-expect-error
      void Future.all([count, Effect.succeed(1)])
    })
  })

  describe("race", () => {
    it("gives one of the values, and can fail with each of the errors", () => {
      expectTypeOf(Future.race([count, text])).toEqualTypeOf<
        Effect.Effect<number | string, DecodeError | ReadError | TaskCancelledError>
      >()
      expectTypeOf(Future.race(new Set([flag]))).toEqualTypeOf<Effect.Effect<boolean, TaskCancelledError>>()
    })

    it("takes only futures", () => {
      // @ts-expect-error
      void Future.race([count, Promise.resolve(1)])
    })
  })

  describe("words that name a way to go about it", () => {
    it("do not compile if they are unknown", () => {
      void Executor.shutdown(executor, { mode: "cancelPending" })
      // @ts-expect-error
      void Executor.shutdown(executor, { mode: "now" })
      void FiberExecutor.make({ overflow: "fail" })
      // @ts-expect-error
      void FiberExecutor.make({ overflow: "drop" })
      void Executor.group(executor, { onFailure: "cancelAll" })
      // @ts-expect-error
      void Executor.group(executor, { onFailure: "ignore" })
    })
  })
})
