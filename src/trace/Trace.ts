/**
 * Pictures of what executors do: which task ran where and when, what waited for what, and for how long.
 *
 * A trace is a file in the format of [Perfetto](https://ui.perfetto.dev), which opens it in a browser; or a page that needs nothing
 * else, `html`. Nothing is sent anywhere, and no port is opened.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Executor } from "../Executor.ts"
import * as internalDumpOnSignal from "../internal/node/trace/dumpOnSignal.ts"
import * as internalFlightRecorder from "../internal/node/trace/flightRecorder.ts"
import * as internalHtml from "../internal/node/trace/html.ts"
import * as internalInterleave from "../internal/node/trace/interleave.ts"
import * as internalRecord from "../internal/node/trace/record.ts"
import type { InterleaveFailure } from "../testing/Errors.ts"
import type { TraceFileError } from "./Errors.ts"

/**
 * Options of `record`.
 *
 * @since 0.2.0
 * @category models
 */
export interface RecordOptions {
  /** Where the trace goes, by custom with the extension `.pftrace`. What is there is replaced. */
  readonly file: string
  /**
   * How many rows wait to be written, at most: a task is one, or two if somebody joins it. What comes when there are more is lost, and
   * the trace says how many. Defaults to 65,536, which is about 10 MB.
   */
  readonly bufferSize?: number | undefined
}

/**
 * A recording that is going on.
 *
 * @since 0.2.0
 * @category models
 */
export interface Recording {
  readonly file: string
  /** Records one more executor, or several. */
  readonly add: (executors: Executor<unknown> | Iterable<Executor<unknown>>) => Effect.Effect<void>
  /** Waits until what has happened so far is in the file. */
  readonly flush: Effect.Effect<void>
  /** How many rows were lost so far, as they came faster than they could be written. */
  readonly lost: Effect.Effect<number>
}

/**
 * Records what executors do, until the scope closes, into a file for Perfetto.
 *
 * **When to use**
 *
 * To see why a pipeline is slow, or what a program does at all. Open the file at https://ui.perfetto.dev, which keeps it in your browser,
 * or make a page of it with `html`.
 *
 * **Details**
 *
 * Each executor has a line for each of its workers, with a slice for each task and in it what is no time of the task itself: its worker
 * getting ready ("starting"), and its finalizers ("cleaning up"). Above are the tasks that wait, and how many of them there are. Arrows lead
 * from a submission to the run and to whoever has joined it, and in a pipeline of `Executor.map` from there to the next stage. The tasks
 * of groups are with their executor, and have the group's name.
 *
 * The file is written as the program runs, in a thread of its own, so memory is bounded by `bufferSize` and not by the number of tasks.
 * A task is written when it has ended; those that have not are written when the recording ends.
 *
 * Fails with `TraceFileError` if the file cannot be opened. If it cannot be written later, that is logged, and the program goes on.
 *
 * **Gotchas**
 *
 * Close the recording after the executors, or shut them down before: tasks that are cancelled by the end of an outer scope have not ended
 * when an inner one closes.
 *
 * **Example** (Two executors in one file)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 * import { Trace } from "effect-futures/trace"
 * import * as fs from "node:fs"
 *
 * const program = Effect.gen(function*() {
 *   const read = yield* FiberExecutor.make({ name: "read", maxWorkers: 4 })
 *   const parse = yield* FiberExecutor.make({ name: "parse", maxWorkers: 2 })
 *   yield* Trace.record([read, parse], { file: "pipeline.pftrace" })
 *   const text = yield* Executor.run(read, Effect.succeed("1,2,3"), { name: "numbers.csv" })
 *   return yield* Executor.run(parse, Effect.sync(() => text.split(",").length), { name: "numbers.csv" })
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => 3
 * fs.statSync("pipeline.pftrace").size > 0 // => true
 * fs.rmSync("pipeline.pftrace")
 * ```
 *
 * @since 0.2.0
 * @category recording
 */
export const record: (
  executors: Executor<unknown> | Iterable<Executor<unknown>>,
  options: RecordOptions
) => Effect.Effect<Recording, TraceFileError, Scope.Scope> = internalRecord.record

/**
 * What a flight recorder is written for: a task that took too long, or a worker that has died or did not answer any more.
 *
 * @since 0.2.0
 * @category models
 */
export type Incident = "timeout" | "crash"

/**
 * Options of `flightRecorder`.
 *
 * @since 0.2.0
 * @category models
 */
export interface FlightRecorderOptions {
  /** Where it is written: `flight.pftrace`; the second time to `flight-2.pftrace`, and so on. */
  readonly file: string
  /** How many of the last rows are kept: a task is one, or two if somebody joins it. Defaults to 10,000, which is about 1.5 MB. */
  readonly last?: number | undefined
  /** What it is written for. Defaults to all there is. */
  readonly on?: ReadonlyArray<Incident> | undefined
  /** It is written for this signal too, such as `"SIGUSR2"`. Defaults to none. */
  readonly signal?: NodeJS.Signals | undefined
  /** How many files it writes of itself, at most. Defaults to 10. */
  readonly maxFiles?: number | undefined
}

/**
 * A flight recorder that is on.
 *
 * @since 0.2.0
 * @category models
 */
export interface FlightRecorder {
  /** Listens to one more executor, or to several. */
  readonly add: (executors: Executor<unknown> | Iterable<Executor<unknown>>) => Effect.Effect<void>
  /** Writes what is there now, whatever has happened. Gives the name of the file. */
  readonly write: Effect.Effect<string, TraceFileError>
}

/**
 * Keeps the last of what executors did, until the scope closes, and writes it when something goes wrong.
 *
 * **When to use**
 *
 * In production: it costs little, and when a task has timed out or a worker has crashed there is a picture of what led to it.
 *
 * **Details**
 *
 * The picture is that of `record`. It has what runs and waits at that moment, and says how much was dropped that was before. Each file that is
 * written is logged. What goes wrong at once is in one file.
 *
 * **Example** (A picture of a timeout)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 * import { Trace } from "effect-futures/trace"
 * import * as fs from "node:fs"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ timeout: "1 second" })
 *   const recorder = yield* Trace.flightRecorder(executor, { file: "flight.pftrace", signal: "SIGUSR2" })
 *   yield* Executor.run(executor, Effect.void)
 *   return yield* recorder.write
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => "flight.pftrace"
 * fs.rmSync("flight.pftrace")
 * ```
 *
 * @since 0.2.0
 * @category recording
 */
export const flightRecorder: (
  executors: Executor<unknown> | Iterable<Executor<unknown>>,
  options: FlightRecorderOptions
) => Effect.Effect<FlightRecorder, never, Scope.Scope> = internalFlightRecorder.flightRecorder

/**
 * Options of `html`.
 *
 * @since 0.2.0
 * @category models
 */
export interface HtmlOptions {
  /** Where the page goes. Defaults to the trace's name with `.html`. */
  readonly to?: string | undefined
}

/**
 * Makes a page of a trace: one file, which a browser opens without a network. Gives its name.
 *
 * **When to use**
 *
 * To look at a trace, or to give it to somebody: the page has all that is in it.
 *
 * **Details**
 *
 * A timeline with a line for each worker, the waiting tasks apart from those that run; search; what each executor has done, the failures, the
 * slowest, the longest waits; and for a task that you choose where it was stuck, and what waited meanwhile. It can be used without a mouse:
 * `/` searches, arrows move, `+` and `-` zoom, `F` goes to the first failure. What names contain is shown as text. `npx effect-futures html FILE` does
 * the same.
 *
 * Fails with `TraceFileError` if the file is no trace, or the page cannot be written.
 *
 * **Example** (A page of a recording)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 * import { Trace } from "effect-futures/trace"
 * import * as fs from "node:fs"
 *
 * const recording = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   yield* Trace.record(executor, { file: "run.pftrace" })
 *   yield* Executor.run(executor, Effect.void)
 * })
 *
 * const program = Effect.andThen(Effect.scoped(recording), Trace.html("run.pftrace"))
 *
 * await Effect.runPromise(program) // => "run.html"
 * fs.rmSync("run.pftrace")
 * fs.rmSync("run.html")
 * ```
 *
 * @since 0.2.0
 * @category showing
 */
export const html: (file: string, options?: HtmlOptions) => Effect.Effect<string, TraceFileError> = internalHtml.html

/**
 * Prints `Executor.dump` of the executors to standard error when the process gets a signal, until the scope closes.
 *
 * **When to use**
 *
 * In a service: `kill -USR2 PID` then shows what it is doing. The signal is `"SIGUSR2"` unless you say another one.
 *
 * @since 0.2.0
 * @category showing
 */
export const dumpOnSignal: (
  executors: Executor<unknown> | Iterable<Executor<unknown>>,
  options?: { readonly signal?: NodeJS.Signals | undefined }
) => Effect.Effect<void, never, Scope.Scope> = internalDumpOnSignal.dumpOnSignal

/**
 * Writes what happened in the schedule of an `InterleaveFailure` as a trace: a line for each fiber, its steps one after the other, and
 * arrows from a step to the one that it woke. Steps where the schedule deviates from the usual order have a note. Gives the file's name.
 *
 * **When to use**
 *
 * For a failure with more steps than you can follow as text. `html` makes a page of it.
 *
 * **Example** (A failure as a page)
 *
 * ```ts
 * import { Effect, Ref } from "effect"
 * import { Interleave } from "effect-futures/testing"
 * import { Trace } from "effect-futures/trace"
 * import * as fs from "node:fs"
 *
 * const add = (ref: Ref.Ref<number>) =>
 *   Effect.gen(function*() {
 *     const before = yield* Ref.get(ref)
 *     yield* Effect.yieldNow
 *     yield* Ref.set(ref, before + 1)
 *   })
 *
 * const lost = Effect.gen(function*() {
 *   const ref = yield* Ref.make(0)
 *   yield* Effect.all([add(ref), add(ref)], { concurrency: 2 })
 *   if ((yield* Ref.get(ref)) !== 2) yield* Effect.fail("an addition was lost")
 * })
 *
 * const program = Effect.gen(function*() {
 *   const failure = yield* Effect.flip(Interleave.check(lost))
 *   const file = yield* Trace.interleave(failure, { file: "lost.pftrace" })
 *   return yield* Trace.html(file)
 * })
 *
 * await Effect.runPromise(program) // => "lost.html"
 * fs.rmSync("lost.pftrace")
 * fs.rmSync("lost.html")
 * ```
 *
 * @since 0.2.0
 * @category recording
 */
export const interleave: (
  failure: InterleaveFailure,
  options: { readonly file: string }
) => Effect.Effect<string, TraceFileError> = internalInterleave.interleave
