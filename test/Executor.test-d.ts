import { Context, Data, Effect, type Layer, pipe, type Result, Schedule, type Scope, Stream } from "effect"
import {
  type AttemptsExhaustedError,
  type ExecutorShutdownError,
  Executor,
  FiberExecutor,
  type Future,
  type QueueFullError,
  type Task,
  type TaskCancelledError,
  type TaskEncodingError,
  type TaskModuleError,
  type TaskTimeoutError,
  type UnknownTaskError,
  type WorkerCrashedError
} from "effect-futures"
import { describe, expectTypeOf, it } from "vitest"

class Oops extends Data.TaggedError("Oops")<{}> {}
class SourceFailed extends Data.TaggedError("SourceFailed")<{}> {}
class Late extends Data.TaggedError("Late")<{}> {}
class Database extends Context.Service<Database, string>()("test/Database") {}
class Spare extends Context.Service<Spare, string>()("test/Spare") {}

type Crash = TaskTimeoutError | WorkerCrashedError
type Refusal = ExecutorShutdownError | QueueFullError

declare const fibers: FiberExecutor.FiberExecutor
declare const effects: Executor.EffectExecutor<TaskTimeoutError>
declare const threads: Executor.Executor<Crash>

declare const task: Task.Task<number, Oops>
declare const taskOf: (text: string, times?: number) => Task.Task<number, Oops>
declare const needy: Task.Task<number, Oops, Database>
declare const effect: Effect.Effect<number, Oops, Database | Scope.Scope>
declare const effectOf: (text: string, times?: number) => Effect.Effect<number, Oops, Database | Scope.Scope>
declare const instead: Effect.Effect<string, Late, Spare>
declare const strings: Stream.Stream<string, SourceFailed, Spare>

describe("submit", () => {
  it("of a fiber executor gives a future with the errors of the effect and the executor, and needs what the effect needs but a Scope", () => {
    type Submitted = Effect.Effect<Future.Future<number, Oops | TaskTimeoutError>, Refusal, Database>
    expectTypeOf(fibers.submit(effect)).toEqualTypeOf<Submitted>()
    expectTypeOf(fibers.submit(effect, { name: "a", timeout: "1 second", priority: 1 })).toEqualTypeOf<Submitted>()
    expectTypeOf(Executor.submit(fibers, effect)).toEqualTypeOf<Submitted>()
    expectTypeOf(Executor.submit(fibers, effect, { timeout: 5 })).toEqualTypeOf<Submitted>()
    expectTypeOf(effect.pipe(Executor.submit(fibers))).toEqualTypeOf<Submitted>()
    expectTypeOf(effect.pipe(Executor.submit(fibers, { priority: 1 }))).toEqualTypeOf<Submitted>()
    expectTypeOf(Executor.submit(effects, effect)).toEqualTypeOf<Submitted>()
  })

  it("of a fiber executor needs nothing for an effect that needs nothing, or only a Scope", () => {
    expectTypeOf(fibers.submit(Effect.succeed(1))).toEqualTypeOf<
      Effect.Effect<Future.Future<number, TaskTimeoutError>, Refusal>
    >()
    expectTypeOf(Executor.submit(fibers, Effect.scope)).toEqualTypeOf<
      Effect.Effect<Future.Future<Scope.Scope, TaskTimeoutError>, Refusal>
    >()
  })

  it("of any executor takes tasks", () => {
    type Submitted = Effect.Effect<Future.Future<number, Oops | Crash>, Refusal>
    expectTypeOf(threads.submit(task)).toEqualTypeOf<Submitted>()
    expectTypeOf(Executor.submit(threads, task)).toEqualTypeOf<Submitted>()
    expectTypeOf(Executor.submit(threads, task, { name: "a" })).toEqualTypeOf<Submitted>()
    expectTypeOf(task.pipe(Executor.submit(threads))).toEqualTypeOf<Submitted>()
    expectTypeOf(task.pipe(Executor.submit(threads, { name: "a" }))).toEqualTypeOf<Submitted>()
  })

  it("of any executor does not take a plain effect, nor a task that needs services", () => {
    const plain = Effect.succeed(1)
    // @ts-expect-error: a plain effect cannot travel
    void threads.submit(plain)
    // @ts-expect-error: a plain effect cannot travel
    void Executor.submit(threads, plain)
    // @ts-expect-error: a plain effect cannot travel
    void plain.pipe(Executor.submit(threads))
    // @ts-expect-error: what is made of a task is a plain effect
    void threads.submit(Effect.map(task, (n) => n + 1))
    // @ts-expect-error: nobody there provides the services
    void threads.submit(needy)
    // @ts-expect-error: nobody there provides the services
    void Executor.submit(threads, needy)
  })

  it("does not take what is no effect", () => {
    // @ts-expect-error: a function
    void fibers.submit(() => 1)
    // @ts-expect-error: a promise
    void fibers.submit(Promise.resolve(1))
    // @ts-expect-error: nothing
    void fibers.submit(undefined)
    // @ts-expect-error: a task's function, not called
    void threads.submit(taskOf)
  })

  it("does not take options of other types or names", () => {
    // @ts-expect-error: a name is a string
    void fibers.submit(task, { name: 1 })
    // @ts-expect-error: a unit is missing
    void fibers.submit(task, { timeout: "5" })
    // @ts-expect-error: a priority is a number
    void fibers.submit(task, { priority: "high" })
    // @ts-expect-error: no such option
    void fibers.submit(task, { timout: 5 })
  })
})

describe("run", () => {
  it("has the errors of the effect, of the executor, of submitting and of joining", () => {
    type Ran = Effect.Effect<number, Oops | TaskTimeoutError | TaskCancelledError | Refusal, Database>
    expectTypeOf(Executor.run(fibers, effect)).toEqualTypeOf<Ran>()
    expectTypeOf(Executor.run(fibers, effect, { name: "a" })).toEqualTypeOf<Ran>()
    expectTypeOf(effect.pipe(Executor.run(fibers))).toEqualTypeOf<Ran>()
    expectTypeOf(effect.pipe(Executor.run(fibers, { name: "a" }))).toEqualTypeOf<Ran>()
    type RanTask = Effect.Effect<number, Oops | Crash | TaskCancelledError | Refusal>
    expectTypeOf(Executor.run(threads, task)).toEqualTypeOf<RanTask>()
    expectTypeOf(task.pipe(Executor.run(threads))).toEqualTypeOf<RanTask>()
    // @ts-expect-error: a plain effect cannot travel
    void Executor.run(threads, Effect.succeed(1))
  })
})

describe("map", () => {
  type Errors<X> = X | TaskCancelledError | ExecutorShutdownError

  it("of an Iterable has the errors of the tasks, and needs what they need but a Scope", () => {
    type Mapped = Stream.Stream<number, Oops | Errors<TaskTimeoutError>, Database>
    expectTypeOf(Executor.map(fibers, ["a"], effectOf)).toEqualTypeOf<Mapped>()
    expectTypeOf(Executor.map(fibers, new Set(["a"]), (text) => effectOf(text))).toEqualTypeOf<Mapped>()
    expectTypeOf(
      Executor.map(fibers, ["a"], effectOf, { buffer: 1, ordered: false, timeout: "1 second" })
    ).toEqualTypeOf<Mapped>()
    expectTypeOf(Executor.map(threads, ["a"], taskOf)).toEqualTypeOf<Stream.Stream<number, Oops | Errors<Crash>>>()
  })

  it("of a Stream has its errors and its needs too", () => {
    type Mapped = Stream.Stream<number, Oops | SourceFailed | Errors<TaskTimeoutError>, Database | Spare>
    expectTypeOf(Executor.map(fibers, strings, effectOf)).toEqualTypeOf<Mapped>()
    type MappedTask = Stream.Stream<number, Oops | SourceFailed | Errors<Crash>, Spare>
    expectTypeOf(Executor.map(threads, strings, taskOf)).toEqualTypeOf<MappedTask>()
  })

  it("infers through a pipe", () => {
    const mapped = strings.pipe(
      Executor.map(fibers, (text) => {
        expectTypeOf(text).toEqualTypeOf<string>()
        return Effect.succeed(text.length)
      }),
      Executor.map(threads, (n) => {
        expectTypeOf(n).toEqualTypeOf<number>()
        return task
      }),
      Executor.map(fibers, (n) => Effect.succeed(`${n}`), { ordered: false })
    )
    expectTypeOf(mapped).toEqualTypeOf<
      Stream.Stream<string, Oops | SourceFailed | Errors<TaskTimeoutError> | Errors<Crash>, Spare>
    >()
  })

  it("infers through a pipe from an Iterable, which adds no errors and no needs", () => {
    type Mapped<A> = Stream.Stream<A, Errors<TaskTimeoutError>>
    const annotated = pipe(
      [1, 2],
      Executor.map(fibers, (n: number) => Effect.succeed(n))
    )
    expectTypeOf(annotated).toEqualTypeOf<Mapped<number>>()
    const inferred = pipe(
      new Set(["a"]),
      Executor.map(fibers, (text) => {
        expectTypeOf(text).toEqualTypeOf<string>()
        return Effect.succeed(text.length)
      }),
      Executor.map(fibers, (n) => {
        expectTypeOf(n).toEqualTypeOf<number>()
        return Effect.succeed(`${n}`)
      })
    )
    expectTypeOf(inferred).toEqualTypeOf<Mapped<string>>()
    expectTypeOf(
      pipe(
        "abc",
        Executor.map(fibers, (letter) => Effect.succeed(letter.length), { buffer: 1 })
      )
    ).toEqualTypeOf<Mapped<number>>()
    expectTypeOf(pipe(["a"], Executor.map(fibers, effectOf))).toEqualTypeOf<
      Stream.Stream<number, Oops | Errors<TaskTimeoutError>, Database>
    >()
    expectTypeOf(pipe(["a"], Executor.map(threads, taskOf))).toEqualTypeOf<
      Stream.Stream<number, Oops | Errors<Crash>>
    >()
    expectTypeOf(
      pipe(
        ["a"],
        Executor.map(threads, (text) => {
          expectTypeOf(text).toEqualTypeOf<string>()
          return task
        })
      )
    ).toEqualTypeOf<Stream.Stream<number, Oops | Errors<Crash>>>()
  })

  it("through a pipe takes no other items, and nothing else than items", () => {
    // @ts-expect-error: the items are numbers
    void pipe([1], Executor.map(fibers, effectOf))
    // @ts-expect-error: neither an Iterable nor a Stream
    void pipe(5, Executor.map(fibers, effectOf))
    // @ts-expect-error: a plain effect cannot travel
    const onThreads = Executor.map(threads, (n: number) => Effect.succeed(n))
    void onThreads
  })

  it("takes the functions of a task module as they are", () => {
    expectTypeOf(strings.pipe(Executor.map(threads, taskOf), Stream.runCollect)).toEqualTypeOf<
      Effect.Effect<Array<number>, Oops | SourceFailed | Errors<Crash>, Spare>
    >()
  })

  it("does not take a function of plain effects, of other items, or bad options", () => {
    // @ts-expect-error: a plain effect cannot travel
    void Executor.map(threads, [1], (n) => Effect.succeed(n))
    // @ts-expect-error: the items are numbers
    void Executor.map(fibers, [1], effectOf)
    // @ts-expect-error: a number, not a string
    void Executor.map(fibers, ["a"], effectOf, { buffer: "4" })
    // @ts-expect-error: neither an Iterable nor a Stream
    void Executor.map(fibers, 5, effectOf)
  })
})

describe("forEach", () => {
  it("gives an array of the results, with the errors of the tasks, the executor and a shutdown", () => {
    type OfEffects = Effect.Effect<Array<number>, Oops | Executor.MapError<TaskTimeoutError>, Database>
    expectTypeOf(Executor.forEach(fibers, ["a"], (text) => effectOf(text))).toEqualTypeOf<OfEffects>()
    expectTypeOf(
      pipe(
        ["a"],
        Executor.forEach(fibers, (text: string) => effectOf(text))
      )
    ).toEqualTypeOf<OfEffects>()
    type OfTasks = Effect.Effect<Array<number>, Oops | Executor.MapError<Crash>>
    expectTypeOf(Executor.forEach(threads, ["a"], taskOf, { timeout: 5, buffer: 2 })).toEqualTypeOf<OfTasks>()
    expectTypeOf(pipe(["a"], Executor.forEach(threads, taskOf))).toEqualTypeOf<OfTasks>()
  })

  it("does not take a plain effect for threads, other items or other options", () => {
    // @ts-expect-error: a plain effect cannot travel
    void Executor.forEach(threads, [1], (n) => Effect.succeed(n))
    // @ts-expect-error: the items are numbers
    void Executor.forEach(threads, [1], taskOf)
    // @ts-expect-error: no such option
    void Executor.forEach(threads, ["a"], taskOf, { concurrency: 4 })
  })
})

describe("runPromise", () => {
  it("gives a promise of the result", () => {
    const { signal } = new AbortController()
    expectTypeOf(Executor.runPromise(fibers)(Effect.as(Effect.scope, 1), { signal })).toEqualTypeOf<Promise<number>>()
    expectTypeOf(Executor.runPromise(threads)(task, { signal, timeout: 5 })).toEqualTypeOf<Promise<number>>()
  })

  it("does not take what needs services, nor a plain effect for threads", () => {
    // @ts-expect-error: nobody provides the Database
    void Executor.runPromise(fibers)(effect)
    // @ts-expect-error: a plain effect cannot travel
    void Executor.runPromise(threads)(Effect.succeed(1))
  })
})

describe("ttl", () => {
  type Refused = TaskCancelledError | Refusal

  it("keeps the arguments, and without onTimeout has TaskTimeoutError", () => {
    type Call = (text: string, times?: number) => Effect.Effect<number, Oops | TaskTimeoutError | Refused, Database>
    expectTypeOf(Executor.ttl(fibers, effectOf, { timeout: "1 second" })).toEqualTypeOf<Call>()
    expectTypeOf(Executor.ttl(fibers, { timeout: "1 second" })(effectOf)).toEqualTypeOf<Call>()
    type TaskCall = (text: string, times?: number) => Effect.Effect<number, Oops | Crash | Refused>
    expectTypeOf(Executor.ttl(threads, taskOf, { timeout: "1 second" })).toEqualTypeOf<TaskCall>()
    expectTypeOf(Executor.ttl(threads, { timeout: "1 second" })(taskOf)).toEqualTypeOf<TaskCall>()
  })

  it("has the error that onTimeout makes instead of TaskTimeoutError", () => {
    const call = Executor.ttl(fibers, effectOf, { timeout: 5, onTimeout: () => new Late() })
    expectTypeOf(call).returns.toEqualTypeOf<Effect.Effect<number, Oops | Late | Refused, Database>>()
    const literal = Executor.ttl(threads, taskOf, { timeout: 5, onTimeout: () => "late" })
    expectTypeOf(literal).returns.toEqualTypeOf<Effect.Effect<number, Oops | "late" | WorkerCrashedError | Refused>>()
  })

  it("has the result, the errors and the needs of an Effect that onTimeout gives", () => {
    const call = Executor.ttl(fibers, effectOf, { timeout: 5, onTimeout: () => instead })
    expectTypeOf(call).returns.toEqualTypeOf<Effect.Effect<number | string, Oops | Late | Refused, Database | Spare>>()
    const piped = Executor.ttl(fibers, { timeout: 5, onTimeout: () => instead })(effectOf)
    expectTypeOf(piped).toEqualTypeOf<typeof call>()
  })

  it("hands onTimeout the error", () => {
    Executor.ttl(fibers, effectOf, {
      onTimeout: (error) => {
        expectTypeOf(error).toEqualTypeOf<TaskTimeoutError>()
        return Effect.succeed(0)
      }
    })
  })

  it("checks the arguments of a call", () => {
    const call = Executor.ttl(fibers, effectOf, { timeout: 5 })
    // @ts-expect-error: the first is a string
    void call(1)
    // @ts-expect-error: one is missing
    void call()
    // @ts-expect-error: a plain effect cannot travel
    void Executor.ttl(threads, (n: number) => Effect.succeed(n), { timeout: 5 })
  })
})

describe("group", () => {
  it("is an executor of the same kind", () => {
    type Effects = Effect.Effect<Executor.EffectExecutor<TaskTimeoutError>, never, Scope.Scope>
    expectTypeOf(Executor.group(fibers)).toEqualTypeOf<Effects>()
    expectTypeOf(Executor.group(fibers, { maxWorkers: 2, onFailure: "cancelAll" })).toEqualTypeOf<Effects>()
    expectTypeOf(fibers.pipe(Executor.group())).toEqualTypeOf<Effects>()
    expectTypeOf(fibers.pipe(Executor.group({ timeout: "1 second" }))).toEqualTypeOf<Effects>()
    type Any = Effect.Effect<Executor.Executor<Crash>, never, Scope.Scope>
    expectTypeOf(Executor.group(threads)).toEqualTypeOf<Any>()
    expectTypeOf(threads.pipe(Executor.group({ name: "request" }))).toEqualTypeOf<Any>()
  })

  it("of a fiber executor is a fiber executor", () => {
    expectTypeOf<Effect.Success<ReturnType<typeof groupOfFibers>>>().toExtend<FiberExecutor.FiberExecutor>()
  })
  const groupOfFibers = () => Executor.group(fibers)

  it("does not take an unknown mode", () => {
    // @ts-expect-error: no such mode
    void Executor.group(fibers, { onFailure: "panic" })
  })
})

describe("the other operations", () => {
  it("take any executor, first or last", () => {
    for (const executor of [fibers, threads]) {
      expectTypeOf(Executor.shutdown(executor)).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(Executor.shutdown(executor, { mode: "drain", timeout: 5 })).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(executor.pipe(Executor.shutdown())).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(executor.pipe(Executor.shutdown({ mode: "interrupt" }))).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(Executor.setTimeout(executor, 5)).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(executor.pipe(Executor.setTimeout(undefined))).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(Executor.awaitIdle(executor)).toEqualTypeOf<Effect.Effect<void>>()
      expectTypeOf(Executor.stats(executor)).toEqualTypeOf<Effect.Effect<Executor.Stats>>()
      expectTypeOf(Executor.events(executor)).toEqualTypeOf<Stream.Stream<Executor.Event>>()
    }
    // @ts-expect-error: no such mode
    void Executor.shutdown(fibers, { mode: "gently" })
    // @ts-expect-error: no executor
    void Executor.stats({})
  })

  it("tell an executor from other values", () => {
    const value: unknown = fibers
    if (Executor.isExecutor(value)) expectTypeOf(value).toEqualTypeOf<Executor.Executor<unknown>>()
  })
})

describe("executors", () => {
  it("of fibers are usable where an Executor<TaskTimeoutError> is, and where the service is", () => {
    expectTypeOf<FiberExecutor.FiberExecutor>().toExtend<Executor.Executor<TaskTimeoutError>>()
    expectTypeOf<FiberExecutor.FiberExecutor>().toExtend<Executor.EffectExecutor<TaskTimeoutError>>()
    expectTypeOf<FiberExecutor.FiberExecutor>().toExtend<Executor.Executor<Executor.Failure>>()
    expectTypeOf<FiberExecutor.FiberExecutor>().toExtend<Executor.Executor<unknown>>()
  })

  it("are covariant in what they can fail a task with, and only that way", () => {
    expectTypeOf<Executor.Executor<TaskTimeoutError>>().toExtend<Executor.Executor<Crash>>()
    expectTypeOf<Executor.Executor<Crash>>().not.toExtend<Executor.Executor<TaskTimeoutError>>()
    expectTypeOf<Executor.Executor<Crash>>().not.toExtend<Executor.Executor>()
  })

  it("that take tasks only are no fiber executors", () => {
    expectTypeOf<Executor.Executor<TaskTimeoutError>>().not.toExtend<FiberExecutor.FiberExecutor>()
  })

  it("of any kind fail tasks with Failure", () => {
    expectTypeOf<Executor.Failure>().toEqualTypeOf<
      | TaskTimeoutError
      | WorkerCrashedError
      | TaskEncodingError
      | TaskModuleError
      | AttemptsExhaustedError
      | UnknownTaskError
    >()
  })
})

describe("the services and the layer", () => {
  it("give executors", () => {
    expectTypeOf<Effect.Success<typeof anyExecutor>>().toEqualTypeOf<Executor.Executor<Executor.Failure>>()
    expectTypeOf<Effect.Success<typeof fiberExecutor>>().toEqualTypeOf<FiberExecutor.FiberExecutor>()
  })
  const anyExecutor = Effect.service(Executor.Executor)
  const fiberExecutor = Effect.service(FiberExecutor.FiberExecutor)

  it("give Any, which is an executor of whichever kind", () => {
    expectTypeOf<Effect.Success<typeof anyExecutor>>().toEqualTypeOf<Executor.Any>()
    expectTypeOf<FiberExecutor.FiberExecutor>().toExtend<Executor.Any>()
    expectTypeOf<Executor.Executor<Crash>>().toExtend<Executor.Any>()
  })

  it("are both provided by the layer, which cannot fail", () => {
    const layer = FiberExecutor.layer({ maxWorkers: 4 })
    expectTypeOf<Layer.Error<typeof layer>>().toEqualTypeOf<never>()
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<never>()
    const both = Effect.all([anyExecutor, fiberExecutor])
    expectTypeOf(Effect.provide(both, layer)).toEqualTypeOf<
      Effect.Effect<[Executor.Executor<Executor.Failure>, FiberExecutor.FiberExecutor]>
    >()
  })

  it("do not stand in for each other", () => {
    expectTypeOf<Effect.Services<typeof anyExecutor>>().not.toEqualTypeOf<Effect.Services<typeof fiberExecutor>>()
  })
})

describe("make", () => {
  it("gives a fiber executor in a scope", () => {
    type Made = Effect.Effect<FiberExecutor.FiberExecutor, never, Scope.Scope>
    expectTypeOf(FiberExecutor.make()).toEqualTypeOf<Made>()
    expectTypeOf(
      FiberExecutor.make({ name: "a", maxWorkers: 1, capacity: 1, overflow: "fail", idleTimeToLive: "1 minute" })
    ).toEqualTypeOf<Made>()
  })

  it("does not take options of other types or names", () => {
    // @ts-expect-error: a number
    void FiberExecutor.make({ maxWorkers: "4" })
    // @ts-expect-error: no such mode
    void FiberExecutor.make({ overflow: "drop" })
    // @ts-expect-error: no such option
    void FiberExecutor.make({ workers: 4 })
    // @ts-expect-error: a unit is missing
    void FiberExecutor.make({ timeout: "4" })
  })
})

describe("each of a map", () => {
  type Failures<X> = Oops | X | TaskCancelledError | ExecutorShutdownError
  const schedule = Schedule.recurs(3)

  it("has the results and the errors of what it makes of the run", () => {
    const settled = Executor.map(fibers, ["a"], effectOf, { each: Effect.result })
    expectTypeOf(settled).toEqualTypeOf<
      Stream.Stream<Result.Result<number, Failures<TaskTimeoutError>>, never, Database>
    >()
    const onThreads = Executor.map(threads, ["a"], taskOf, { each: Effect.result })
    expectTypeOf(onThreads).toEqualTypeOf<Stream.Stream<Result.Result<number, Failures<Crash>>>>()
    const again = Executor.map(threads, ["a"], taskOf, { each: Effect.retry(schedule) })
    expectTypeOf(again).toEqualTypeOf<Stream.Stream<number, Failures<Crash>>>()
    const named = Executor.map(fibers, ["a"], effectOf, { each: Effect.withSpan("page"), ordered: false })
    expectTypeOf(named).toEqualTypeOf<Stream.Stream<number, Failures<TaskTimeoutError>, Database>>()
  })

  it("infers where the function is written in place, and in a pipe", () => {
    const inPlace = Executor.map(threads, ["a"], (text) => taskOf(text), { each: Effect.result })
    expectTypeOf(inPlace).toEqualTypeOf<Stream.Stream<Result.Result<number, Failures<Crash>>>>()
    const written = Executor.map(threads, ["a"], (text) => taskOf(text), {
      each: (run) => {
        expectTypeOf(run).toEqualTypeOf<Effect.Effect<number, Failures<Crash>>>()
        return Effect.catchTag(run, "TaskTimeoutError", () => Effect.succeed("late"))
      }
    })
    expectTypeOf(written).toEqualTypeOf<Stream.Stream<number | string, Exclude<Failures<Crash>, TaskTimeoutError>>>()
    const piped = strings.pipe(Executor.map(threads, (text) => taskOf(text), { each: Effect.result }))
    expectTypeOf(piped).toEqualTypeOf<Stream.Stream<Result.Result<number, Failures<Crash>>, SourceFailed, Spare>>()
  })

  it("has the needs of what it makes of the run", () => {
    const needing = Executor.map(threads, ["a"], taskOf, { each: (run) => Effect.andThen(Effect.service(Spare), run) })
    expectTypeOf(needing).toEqualTypeOf<Stream.Stream<number, Failures<Crash>, Spare>>()
  })

  it("is a function of an Effect to an Effect", () => {
    // @ts-expect-error: gives no Effect
    void Executor.map(threads, ["a"], taskOf, { each: () => 1 })
    // @ts-expect-error: the run gives a number
    void Executor.map(threads, ["a"], taskOf, { each: (run: Effect.Effect<string>) => run })
  })
})

describe("each of a forEach", () => {
  type Failures = Oops | Crash | TaskCancelledError | ExecutorShutdownError

  it("has the results, the errors and the needs of what it makes of the run", () => {
    const settled = Executor.forEach(threads, ["a"], (text) => taskOf(text), { each: Effect.result })
    expectTypeOf(settled).toEqualTypeOf<Effect.Effect<Array<Result.Result<number, Failures>>>>()
    const piped = pipe(["a"], Executor.forEach(threads, taskOf1, { each: Effect.retry(Schedule.recurs(3)) }))
    expectTypeOf(piped).toEqualTypeOf<Effect.Effect<Array<number>, Failures>>()
    const plain = Executor.forEach(fibers, ["a"], (text) => effectOf(text))
    expectTypeOf(plain).toEqualTypeOf<
      Effect.Effect<Array<number>, Oops | TaskTimeoutError | TaskCancelledError | ExecutorShutdownError, Database>
    >()
  })
})

declare const taskOf1: (text: string) => Task.Task<number, Oops>

describe("keyed", () => {
  it("gives executors of the same kind for keys of any type", () => {
    type OfEffects = Effect.Effect<Executor.Keyed<Executor.EffectExecutor<TaskTimeoutError>>, never, Scope.Scope>
    expectTypeOf(Executor.keyed(fibers)).toEqualTypeOf<OfEffects>()
    expectTypeOf(fibers.pipe(Executor.keyed({ maxWorkers: 2 }))).toEqualTypeOf<OfEffects>()
    type OfTasks = Effect.Effect<Executor.Keyed<Executor.Executor<Crash>>, never, Scope.Scope>
    expectTypeOf(Executor.keyed(threads, { idleTimeToLive: "1 minute" })).toEqualTypeOf<OfTasks>()
    expectTypeOf<Executor.Keyed<Executor.Executor<Crash>>["get"]>().parameter(0).toEqualTypeOf<unknown>()
  })
})

describe("a rate", () => {
  it("has one of two algorithms, for every kind of executor", () => {
    expectTypeOf<Executor.Rate["algorithm"]>().toEqualTypeOf<"token-bucket" | "fixed-window" | undefined>()
    FiberExecutor.make({ rate: { algorithm: "fixed-window", limit: 1, every: "1 second" } })
    Executor.group(threads, { rate: [{ algorithm: "token-bucket", limit: 1, every: "1 second", burst: 1 }] })
    Executor.keyed(threads, { rate: { algorithm: undefined, limit: 1, every: "1 second" } })
    // @ts-expect-error: no such algorithm
    Executor.group(threads, { rate: { algorithm: "sliding-window", limit: 1, every: "1 second" } })
  })
})
