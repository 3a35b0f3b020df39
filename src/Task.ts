/**
 * Effects that can travel.
 *
 * A `Task` is a call of a function in a file. It consists of the file's URL, the
 * function's name, and the arguments. If you run it like any other effect, it makes
 * the call in this thread. An executor of threads or processes sends those three
 * parts to a worker, which imports the same file and makes the call there.
 *
 * `module` turns functions into functions that return tasks. Definition and
 * implementation stay in one place, and both sides import it.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import { reportEffect, reported } from "./internal/task/reportEffect.ts"
import { reporterHere } from "./internal/task/reporting.ts"
import { isTaskFn, TaskFn, type TypeId as FnTypeId } from "./internal/task/TaskFn.ts"
import {
  isTask as isCallOfTask,
  type StreamTaskTypeId,
  TaskFunction,
  type TaskTypeId
} from "./internal/task/TaskFunction.ts"
import { TaskImpl } from "./internal/task/TaskImpl.ts"
import {
  checkArgs,
  checkedFunction,
  checkedNames,
  checkId,
  checkInstances,
  checkLayer,
  checkSchema,
  checkUrl
} from "./internal/task/taskInput.ts"
import { TaskLayer } from "./internal/task/TaskLayer.ts"
import { mark } from "./internal/task/taskModule.ts"
import { markTransferables } from "./internal/task/transferables.ts"

/**
 * A call of a task module's function that has not been made yet.
 *
 * **When to use**
 *
 * Use it like any other effect, to make the call here, or submit it to an executor.
 * Every executor takes a `Task<A, E>`, a task that needs no services. A plain
 * `Effect` is not a `Task`: only fiber executors take it.
 *
 * **Details**
 *
 * `A`, `E` and `R` are those of the effect. Running the task calls the function;
 * running it again calls the function again.
 *
 * In this process nothing is copied, encoded or decoded: the function gets the
 * same objects that you passed, and you get the object that it returned.
 *
 * `pipe`, `Effect.map` and the like turn a task into a plain effect. It runs, but
 * it cannot travel, because a worker does not know what was added.
 *
 * **Example** (Running a task here)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Task } from "effect-futures"
 *
 * const Words = Task.module(import.meta.url, {
 *   count: (text: string) => text.split(/\s+/).length
 * })
 *
 * const task = Words.count("so long and thanks for all the fish")
 *
 * task.name // => "count"
 * task.args // => ["so long and thanks for all the fish"]
 * task.toString() // => 'Task("count", 1 arg)'
 * await Effect.runPromise(task) // => 8
 * ```
 *
 * @see {@link module} for making tasks
 *
 * @since 0.1.0
 * @category models
 */
export interface Task<out A, out E = never, out R = never> extends Effect.Effect<A, E, R> {
  readonly [TaskTypeId]: typeof TaskTypeId
  /** The URL of the file that exports the task module. */
  readonly url: string
  /** The name of the function in the task module. */
  readonly name: string
  /** The arguments of the function. */
  readonly args: ReadonlyArray<unknown>
}

/**
 * A call of a function that returns a `Stream`, not yet made: a stream that can travel.
 *
 * **When to use**
 *
 * Use it like any other stream, to make the call here and read the result. Or pass it to `Executor.stream`, which makes the call on
 * an executor, such as in a thread or a process, and reads from there.
 *
 * **Details**
 *
 * `A`, `E` and `R` are those of the stream. Each reader makes a call of its own.
 *
 * `pipe`, `Stream.map` and the like turn it into a plain stream. You can read that, but it cannot travel.
 *
 * **Gotchas**
 *
 * - Whether a function returns a stream is known only when it is called. So at run time each call is a task and a stream, and `isTask`
 *   returns `true` for both. The type says which it is.
 *
 * **Example** (Reading a stream here)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Task } from "effect-futures"
 *
 * const Numbers = Task.module(import.meta.url, {
 *   countTo: (n: number) => Stream.range(1, n)
 * })
 *
 * await Effect.runPromise(Stream.runCollect(Numbers.countTo(3))) // => [1, 2, 3]
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface StreamTask<out A, out E = never, out R = never> extends Stream.Stream<A, E, R> {
  readonly [StreamTaskTypeId]: typeof StreamTaskTypeId
  /** The URL of the file that exports the task module. */
  readonly url: string
  /** The name of the function in the task module. */
  readonly name: string
  /** The arguments of the function. */
  readonly args: ReadonlyArray<unknown>
}

/**
 * Checks whether a value is a `Task`.
 *
 * **Example** (Checking values)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Task } from "effect-futures"
 *
 * const Numbers = Task.module(import.meta.url, {
 *   double: (n: number) => n * 2
 * })
 *
 * Task.isTask(Numbers.double(21)) // => true
 * Task.isTask(Effect.map(Numbers.double(21), (n) => n + 1)) // => false
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isTask = (u: unknown): u is Task<unknown, unknown, unknown> => isCallOfTask(u)

/**
 * The result of a task whose function returns `X`: the success of an effect, what
 * a promise resolves to, or any other value itself.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Success<X> =
  IsAny<X> extends true
    ? X
    : X extends Effect.Effect<infer A, infer _E, infer _R>
      ? A
      : X extends PromiseLike<infer A>
        ? A
        : X

/**
 * The errors of a task whose function returns `X`: those of an effect, and none
 * for any other value.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Error<X> = IsAny<X> extends true ? never : X extends Effect.Effect<infer _A, infer E, infer _R> ? E : never

/**
 * The services of a task whose function returns `X`: those of an effect, and none
 * for any other value.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Services<X> =
  IsAny<X> extends true ? never : X extends Effect.Effect<infer _A, infer _E, infer R> ? R : never

type IsAny<X> = 0 extends 1 & X ? true : false

type AnyStream = Stream.Stream<unknown, unknown, unknown>

/** The call of a function that returns `X`, in a module whose layer provides `ROut`, can fail with `E` and needs `RIn`. */
type CallOf<X, ROut, E, RIn> =
  IsAny<X> extends true
    ? Task<X, E, RIn>
    : [X] extends [never]
      ? Task<X, E, RIn>
      : [X] extends [AnyStream]
        ? StreamTask<Stream.Success<X>, Stream.Error<X> | E, Exclude<Stream.Services<X>, ROut> | RIn>
        : Task<Success<X>, Error<X> | E, Exclude<Services<X>, ROut> | RIn>

/**
 * The functions `Fns` as functions that return tasks, with a layer that provides
 * `ROut`, can fail with `E` and needs `RIn`.
 *
 * @since 0.1.0
 * @category models
 */
export type Module<Fns, ROut = never, E = never, RIn = never> = {
  readonly [K in keyof Fns]: Fns[K] extends StreamFn<infer Args, infer A, infer E2, infer R>
    ? (...args: Args) => StreamTask<A, E2 | E, Exclude<R, ROut> | RIn>
    : Fns[K] extends Fn<infer Args, infer A, infer E2, infer R>
      ? (...args: Args) => Task<A, E2 | E, Exclude<R, ROut> | RIn>
      : Fns[K] extends (...args: infer Args extends ReadonlyArray<unknown>) => infer X
        ? (...args: Args) => CallOf<X, ROut, E, RIn>
        : never
}

/**
 * A task module, whatever its functions.
 *
 * @since 0.2.0
 * @category models
 */
export type AnyModule = {
  readonly [name: string]: (...args: never) => Task<unknown, unknown, unknown> | StreamTask<unknown, unknown, unknown>
}

/**
 * The requirement on `Fns` for its functions to be called in a worker: no function has a parameter that can never cross, or returns a
 * stream of such values.
 *
 * **Details**
 *
 * If a function does, its type here is a text that says what to do instead, and the compiler shows that text. Parameters of the types
 * `any` and `unknown`, type parameters, and objects are checked at run time instead.
 *
 * @since 0.2.0
 * @category utility types
 */
export type Crossable<Fns> = {
  readonly [K in keyof Fns]: Fns[K] extends (...args: infer Args extends ReadonlyArray<unknown>) => infer X
    ? { [I in keyof Args]-?: Advice<Args[I]> }[number] | ElementAdvice<X> extends infer Text
      ? [Text] extends [never]
        ? unknown
        : Text
      : unknown
    : unknown
}

/** Advice for a stream whose elements never cross. */
type ElementAdvice<X> =
  IsAny<X> extends true
    ? never
    : [X] extends [never]
      ? never
      : [X] extends [Stream.Stream<infer A, unknown, unknown>]
        ? Advice<A>
        : never

/** Advice for a parameter of which no value can cross; `never` if some can. */
type Advice<P> = true extends AdviceFor<P> ? never : AdviceFor<P>

/**
 * A text for each of the types that never cross, and `true` for each of the others. Looks into three levels of arrays, as a type
 * may hold arrays of itself, like that of JSON.
 */
type AdviceFor<P, Level extends ReadonlyArray<unknown> = []> =
  IsAny<P> extends true
    ? true
    : P extends null | undefined
      ? never
      : P extends symbol
        ? "A symbol cannot cross to a worker, where it would be a different symbol: pass a string"
        : P extends Function
          ? "A function cannot cross to a worker: pass data, and put the function into the file of the task"
          : P extends globalThis.Error | Exit.Exit<unknown, unknown>
            ? true
            : P extends Effect.Effect<unknown, unknown, unknown>
              ? "An Effect cannot cross to a worker: run it, and pass its result"
              : P extends PromiseLike<unknown>
                ? "A promise cannot cross to a worker: await it, and pass its value"
                : P extends ReadonlyArray<infer Item>
                  ? Level["length"] extends 3
                    ? true
                    : AdviceFor<Item, [...Level, unknown]>
                  : true

/**
 * Turns functions into functions that return tasks.
 *
 * **When to use**
 *
 * Use it in a file of its own, to define work that may run in a worker thread or
 * process. Export the result: a worker imports the file and looks for the
 * functions among its exports.
 *
 * **Details**
 *
 * `url` is the URL of the file that contains the call: `import.meta.url`.
 *
 * A function may return a plain value, a promise, or an effect, and the types of
 * its tasks follow from that. An effect keeps its success, its typed errors and
 * its services. For a promise, the task has the value that it resolves to. A
 * function may return different kinds at different times.
 *
 * If a function throws, or its promise rejects, the task dies with that object as
 * its defect. Its type is unknown, so it cannot be a typed error. To have typed
 * errors, return an effect.
 *
 * `layer` provides services to the functions of the module. If the layer needs
 * services, every task of the module needs them, and if it can fail, so can every
 * task. A worker builds the layer once, and releases it when the worker ends in
 * good order. Tasks in this process share it. The first task that runs builds it,
 * with its own services. A fiber executor that has run a task of the module keeps
 * the layer until the executor ends; without an executor it is released when the
 * last running task ends, before that task's end. There are never two at a time:
 * the layer is built again only after its release. If building it failed, the next
 * task tries again. Interrupting the first task does not interrupt the building
 * while others wait for it.
 *
 * A function may be written as a method. Its `this` is then the record of
 * functions.
 *
 * A worker gets copies of the arguments, and you get a copy of the result. A value arrives as what it was, or the task fails with a
 * `TaskEncodingError`: instances of classes, functions and symbols are refused. A parameter whose type can never cross does not
 * compile. With `instances: "plain"`, instances of classes cross as plain data, with their own fields.
 *
 * Throws an `InvalidOptionsError` if `url` is not an absolute URL, if `fns` is not
 * a plain object with at least one function, if it contains anything but
 * functions, or if `layer` is not a layer. The name `then` is refused too, since
 * `await` takes an object with a function of that name for a promise.
 *
 * **Gotchas**
 *
 * - An interrupted task does not wait for a promise and cannot stop the work behind
 *   it: a plain async function is abandoned. To make it stop, return
 *   `Effect.tryPromise((signal) => ...)`.
 * - A function that returns an `Exit` or a tagged error returns an effect, since
 *   both are effects: the task ends with it.
 * - Type parameters get lost: `<A>(a: A) => A` makes a `Task<unknown>`. So do all
 *   signatures of an overloaded function except the last.
 * - Between two tasks that run in this process one after the other, without an
 *   executor, the layer is released and built again.
 * - While it is being built or released, the layer must not run tasks of its own
 *   module: they would wait for the layer.
 *
 * **Example** (A value, a promise, and an effect with typed errors)
 *
 * ```ts
 * import { Data, Effect } from "effect"
 * import { Task } from "effect-futures"
 *
 * class NotANumber extends Data.TaggedError("NotANumber")<{ readonly text: string }> {}
 *
 * const Numbers = Task.module(import.meta.url, {
 *   double: (n: number) => n * 2,
 *   later: async (n: number) => n + 1,
 *   parse: (text: string) =>
 *     Number.isNaN(Number(text)) ? Effect.fail(new NotANumber({ text })) : Effect.succeed(Number(text)),
 *   parseOrThrow: (text: string): number => {
 *     if (Number.isNaN(Number(text))) throw new NotANumber({ text })
 *     return Number(text)
 *   }
 * })
 *
 * const program = Effect.gen(function*() {
 *   const n = yield* Numbers.parse("20")
 *   return yield* Numbers.double(yield* Numbers.later(n))
 * })
 *
 * await Effect.runPromise(program) // => 42
 *
 * const typed = Numbers.parse("forty").pipe(Effect.catchTag("NotANumber", (error) => Effect.succeed(error.text)))
 * await Effect.runPromise(typed) // => "forty"
 *
 * const defect = Numbers.parseOrThrow("forty").pipe(Effect.catchDefect((error) => Effect.succeed(String(error))))
 * await Effect.runPromise(defect) // => "NotANumber"
 * ```
 *
 * **Example** (A layer for the functions)
 *
 * ```ts
 * import { Context, Effect, Layer } from "effect"
 * import { Task } from "effect-futures"
 *
 * const events: Array<string> = []
 *
 * class Dictionary extends Context.Service<Dictionary, ReadonlyMap<string, string>>()("Dictionary") {}
 *
 * const open = Effect.sync(() => {
 *   events.push("opened")
 *   return new Map([["fish", "poisson"]])
 * })
 * const layer = Layer.effect(Dictionary, Effect.acquireRelease(open, () => Effect.sync(() => events.push("closed"))))
 *
 * const French = Task.module(import.meta.url, {
 *   translate: Effect.fnUntraced(function*(word: string) {
 *     const dictionary = yield* Dictionary
 *     yield* Effect.sleep("1 millis")
 *     return dictionary.get(word) ?? word
 *   })
 * }, { layer })
 *
 * const both = Effect.all([French.translate("fish"), French.translate("chips")], { concurrency: 2 })
 *
 * await Effect.runPromise(both) // => ["poisson", "chips"]
 * events // => ["opened", "closed"]
 * ```
 *
 * @see {@link fn} for a function whose arguments and results have Schemas
 *
 * @since 0.1.0
 * @category constructors
 */
export const module = <
  // `Function`, as only that leaves it to each function to say what its parameters are: a type with
  // a signature would give its own to those that have none.
  Fns extends Record<
    string,
    Function | Fn<never, unknown, unknown, unknown> | StreamFn<never, unknown, unknown, unknown>
  >,
  ROut = never,
  E = never,
  RIn = never
>(
  url: string,
  fns: Fns & Crossable<Fns>,
  options?: {
    /** Provides the services that the functions need. Defaults to none. */
    readonly layer?: Layer.Layer<ROut, E, RIn> | undefined
    /**
     * The name of the module for the machines of a `DurableExecutor`. They find a function by this and its own name. Defaults to none:
     * durable executors refuse its tasks.
     */
    readonly id?: string | undefined
    /**
     * Whether instances of classes cross to and from workers as plain data, with the fields that they have themselves (`"plain"`).
     * Defaults to `"refuse"`, since what arrives would have the type of the class and none of its methods.
     *
     * @since 0.2.0
     */
    readonly instances?: "refuse" | "plain" | undefined
  }
): Module<Fns, ROut, E, RIn> => {
  checkUrl(url)
  checkLayer(options?.layer)
  checkId(options?.id)
  const layer = options?.layer === undefined ? undefined : new TaskLayer<never, unknown, unknown>(options.layer)
  const instances = checkInstances(options?.instances)
  const functions = new Map<string, TaskFunction>()
  const tasks: object = {}
  for (const name of checkedNames(fns)) {
    const fn = taskFunction(url, fns, name, { moduleId: options?.id, layer, instances })
    functions.set(name, fn)
    // Not by assignment, which would take the name "__proto__" for something else.
    Object.defineProperty(tasks, name, {
      value: (...args: ReadonlyArray<unknown>) => new TaskImpl(fn, args),
      configurable: true,
      enumerable: true,
      writable: true
    })
  }
  mark(tasks, { url, id: options?.id, functions, layer })
  // Built name by name, which no type can follow.
  return tasks as Module<Fns, ROut, E, RIn>
}

const taskFunction = (
  url: string,
  fns: Record<string, unknown>,
  name: string,
  options: Pick<TaskFunction, "moduleId" | "layer" | "instances">
): TaskFunction => {
  const entry = fns[name]
  if (isTaskFn(entry)) {
    const { implementation, schemas } = entry
    return new TaskFunction({ url, name, schemas, ...options, implementation, self: fns })
  }
  const implementation = checkedFunction(`fns[${JSON.stringify(name)}]`, entry)
  return new TaskFunction({ url, name, schemas: undefined, ...options, implementation, self: fns })
}

/**
 * A function with Schemas, as an entry of the record that `module` takes.
 *
 * **Details**
 *
 * It is neither a function nor a task. `module` turns it into a function that
 * returns tasks.
 *
 * @see {@link fn} for making one
 *
 * @since 0.1.0
 * @category models
 */
export interface Fn<in Args extends ReadonlyArray<unknown>, out A, out E = never, out R = never> {
  readonly [FnTypeId]: {
    readonly _Args: Types.Contravariant<Args>
    readonly _A: Types.Covariant<A>
    readonly _E: Types.Covariant<E>
    readonly _R: Types.Covariant<R>
  }
}

/**
 * A function with Schemas that returns a stream of `A`, as an entry of the record that `module` takes.
 *
 * @see {@link fn} for making one
 *
 * @since 0.2.0
 * @category models
 */
export interface StreamFn<in Args extends ReadonlyArray<unknown>, out A, out E = never, out R = never> {
  readonly [FnTypeId]: {
    readonly _Args: Types.Contravariant<Args>
    readonly _Element: Types.Covariant<A>
    readonly _E: Types.Covariant<E>
    readonly _R: Types.Covariant<R>
  }
}

/**
 * A Schema that needs no services, neither to encode nor to decode.
 *
 * @since 0.1.0
 * @category models
 */
export interface Codec<out A = unknown> extends Schema.ConstraintCodec<A, unknown> {}

/**
 * Gives a function Schemas for its arguments, its result and its typed errors.
 *
 * **When to use**
 *
 * Use it if instances of classes go to a worker or come back. Without Schemas they
 * are refused, or lose their class if the module has `instances: "plain"`. Plain
 * data and Effect's own data types need no Schemas.
 *
 * **Details**
 *
 * The result is an entry for the record that `module` takes. It is useless
 * elsewhere: without a URL and a name, a worker cannot find the function.
 *
 * The types of the parameters come from `args`, one Schema for each. The function
 * may return a value, a promise or an effect, as long as it succeeds with the type
 * of `success` and fails with the type of `error`. It may also return a stream whose
 * elements have the type of `success`. Without `error` it must not have typed errors.
 * Services that it needs come from the module's layer.
 *
 * The Schemas are for crossing. A task in this process does not encode or decode
 * anything, and so does not check anything.
 *
 * Throws an `InvalidOptionsError` if `args` is not an array of Schemas, if
 * `success` or `error` is not a Schema, or if there is no function.
 *
 * **Example** (Sending class instances)
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Task } from "effect-futures"
 *
 * class Point extends Schema.Class<Point>("Point")({ x: Schema.Number, y: Schema.Number }) {
 *   get length() {
 *     return Math.hypot(this.x, this.y)
 *   }
 * }
 *
 * class NoDirection extends Schema.TaggedError<NoDirection>()("NoDirection", {}) {}
 *
 * const Geometry = Task.module(import.meta.url, {
 *   normalize: Task.fn(
 *     { args: [Point], success: Point, error: NoDirection },
 *     (point) =>
 *       point.length === 0
 *         ? Effect.fail(new NoDirection())
 *         : Effect.succeed(new Point({ x: point.x / point.length, y: point.y / point.length }))
 *   )
 * })
 *
 * const point = await Effect.runPromise(Geometry.normalize(new Point({ x: 3, y: 4 })))
 *
 * point instanceof Point // => true
 * point.x // => 0.6
 * ```
 *
 * @see {@link module} for making tasks from it
 *
 * @since 0.1.0
 * @category constructors
 */
export const fn = <
  const Args extends ReadonlyArray<Codec>,
  A extends Codec,
  Implementation extends (...args: [...Schema.Tuple.Type<Args>]) => Returnable<A["Type"], E["Type"]>,
  E extends Codec = Schema.Never
>(
  schemas: {
    /** The Schema of each parameter. */
    readonly args: Args
    /** The Schema of the result, or of each element of the stream that the function returns. */
    readonly success: A
    /** The Schema of the error. Defaults to none: the function has no typed errors. */
    readonly error?: E | undefined
  },
  implementation: Implementation & ErrorsWithin<E["Type"], Error<ReturnType<Implementation>>>
): FnOf<
  Named<[...Schema.Tuple.Type<Args>], Parameters<Implementation>>,
  A["Type"],
  E["Type"],
  ReturnType<Implementation>
> => {
  checkArgs(schemas.args)
  checkSchema("success", schemas.success)
  if (schemas.error !== undefined) checkSchema("error", schemas.error)
  const { args, error, success } = schemas
  const made: unknown = new TaskFn({ args, error, success }, checkedFunction("implementation", implementation))
  // A function of an effect and a function of a stream are the same object at run time. Only their types differ.
  return made as FnOf<
    Named<[...Schema.Tuple.Type<Args>], Parameters<Implementation>>,
    A["Type"],
    E["Type"],
    ReturnType<Implementation>
  >
}

/** The type of a function with Schemas that returns `X`. */
type FnOf<Args extends ReadonlyArray<unknown>, A, E, X> = [X] extends [AnyStream]
  ? [X] extends [never]
    ? Fn<Args, A, E>
    : StreamFn<Args, A, E, Stream.Services<X>>
  : Fn<Args, A, E, Services<X>>

/** The types that a function may return which succeeds with `A` and fails with `E`. */
type Returnable<A, E> = A | PromiseLike<A> | Effect.Effect<A, E, unknown> | Stream.Stream<A, E, unknown>

/** Refuses an effect with other errors that gets by as a plain value where the success may be anything. */
type ErrorsWithin<Allowed, Actual> = [Actual] extends [Allowed] ? unknown : "fails with an error that is not in `error`"

/** `Args` by the names that the function's own parameters have, unless those are other than `Args`. */
type Named<Args extends ReadonlyArray<unknown>, Parameters extends ReadonlyArray<unknown>> = [
  Args,
  Parameters
] extends [Parameters, Args]
  ? { [K in keyof Parameters]: Args[K & keyof Args] }
  : Args

/**
 * An object that can be moved to another thread instead of copied: a buffer, a message port, a stream, a file handle.
 *
 * **Details**
 *
 * The types of the last three are structural, since this package does not depend on the types of a platform.
 *
 * @since 0.1.0
 * @category models
 */
export type Transferable =
  | ArrayBufferLike
  | { readonly postMessage: Function; readonly start: Function; readonly close: Function }
  | { readonly locked: boolean; readonly cancel: Function; readonly getReader: Function }
  | { readonly locked: boolean; readonly abort: Function; readonly getWriter: Function }
  | { readonly readable: object; readonly writable: object }
  | { readonly fd: number; readonly close: Function }

/**
 * Marks the `transferables` in `value` to be moved, not copied, when they cross to or from a worker thread. Returns `value`.
 *
 * **When to use**
 *
 * Use it for large buffers: moving one takes no longer than moving a small one. It works in both directions: in the arguments of a
 * task, and in the result of its function.
 *
 * **Details**
 *
 * The sender can no longer use a moved object: a buffer is then detached, with a length of 0.
 *
 * The value may be an argument or the result itself, or be part of the objects, arrays, maps and sets in it. The mark belongs to
 * that object: a copy of it is copied when it crosses. An object that never crosses stays unchanged.
 *
 * A task in this process moves nothing and gets the value as it is. For a process, everything is copied.
 *
 * Throws an `InvalidOptionsError` if `value` is not an object or if something in `transferables` cannot be moved, such as
 * a typed array (pass its `buffer`), a shared buffer, or one that has already been moved.
 *
 * **Gotchas**
 *
 * - A buffer is moved as a whole. Other typed arrays on it are left with a length of 0.
 * - A task that moves something can be sent only once. Sent again, it fails with a `TaskEncodingError`.
 * - The buffers of small `Buffer`s in Node.js belong to a pool that cannot be moved.
 *
 * **Example** (Moving bytes in and out)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Task } from "effect-futures"
 *
 * const Bytes = Task.module(import.meta.url, {
 *   invert: (bytes: Uint8Array<ArrayBuffer>) => {
 *     for (let i = 0; i < bytes.length; i++) bytes[i] = 255 - bytes[i]!
 *     return Task.transfer(bytes, [bytes.buffer])
 *   }
 * })
 *
 * const bytes = new Uint8Array([1, 2, 3])
 * const task = Bytes.invert(Task.transfer(bytes, [bytes.buffer]))
 *
 * await Effect.runPromise(task) // => new Uint8Array([254, 253, 252])
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const transfer = <A>(value: A, transferables: ReadonlyArray<Transferable>): A => {
  markTransferables(value, transferables)
  return value
}

/**
 * Reports something from the running task that calls it, such as its progress. `Future.reports` reads the reports.
 *
 * **When to use**
 *
 * Use it for progress. Reports may be dropped, so anything essential belongs in the result, or into a stream.
 *
 * **Details**
 *
 * In plain code, sync or async, it reports at once, and you can ignore the effect that it returns. In the code of an effect it is an
 * effect like any other, and reports each time it runs: `yield* Task.report(value)`.
 *
 * It does not wait. The last 1024 reports are kept for later readers; older ones that nobody reads are dropped. Outside of a task, and
 * after its end, it does nothing.
 *
 * From a thread or a process, a report arrives as a copy. If it cannot cross, `report` throws a `TaskEncodingError`, and the task dies
 * with it.
 *
 * **Gotchas**
 *
 * - The body of a function that returns an effect is plain code, because it is called to make the effect. So
 *   `Effect.andThen(work, Task.report("done"))` in that body reports before the work. Inside `Effect.gen`, `Effect.suspend`, and the
 *   callbacks of `Effect.flatMap` and the like, it reports after the work.
 * - The callbacks of `Effect.sync`, `Effect.map` and `Effect.promise` belong to an effect, but nothing runs an effect that they make. So
 *   `report` does nothing there. Make it a step of its own, with `Effect.tap(() => Task.report(value))`.
 * - Without `AsyncLocalStorage`, as in browsers, an async function on a `FiberExecutor` reports only up to its first `await`.
 *
 * **Example** (Progress of a plain function and of an effect)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { FiberExecutor, Future, Task } from "effect-futures"
 *
 * const Counting = Task.module(import.meta.url, {
 *   plain: (n: number) => {
 *     for (let i = 1; i <= n; i++) Task.report(i)
 *     return "counted"
 *   },
 *   effect: Effect.fnUntraced(function*(n: number) {
 *     for (let i = 1; i <= n; i++) yield* Task.report(i)
 *     return "counted"
 *   })
 * })
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const plain = yield* executor.submit(Counting.plain(3))
 *   const effect = yield* executor.submit(Counting.effect(3))
 *   return [
 *     yield* Stream.runCollect(Future.reports(plain)),
 *     yield* Stream.runCollect(Future.reports(effect)),
 *     yield* effect
 *   ]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [[1, 2, 3], [1, 2, 3], "counted"]
 * ```
 *
 * @see `Future.reports` for reading the reports
 *
 * @since 0.2.0
 * @category combinators
 */
export const report = (value: unknown): Effect.Effect<void> => {
  const reporter = reporterHere()
  if (reporter === "fiber") return reportEffect(value)
  reporter?.report(value)
  return reported
}
