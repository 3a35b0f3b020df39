/**
 * Pictures of what executors do: which task ran where and when, what waited for what, and for how long.
 *
 * A trace is a file in the format of [Perfetto](https://ui.perfetto.dev), a viewer that runs in the browser. `html` turns a trace into a
 * page that needs nothing else. Nothing is sent anywhere, and no port is opened.
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
  /** The file of the trace, usually with the extension `.pftrace`. An existing file is replaced. */
  readonly file: string
  /**
   * How many rows may wait to be written, at least 1. A task takes one row, or two if it is joined. Rows beyond that are lost, and the
   * trace says how many. Defaults to 65,536, which is about 10 MB.
   */
  readonly bufferSize?: number | undefined
}

/**
 * A running recording.
 *
 * @since 0.2.0
 * @category models
 */
export interface Recording {
  /** The file of the trace. */
  readonly file: string
  /** Also records this executor, or these. */
  readonly add: (executors: Executor<unknown> | Iterable<Executor<unknown>>) => Effect.Effect<void>
  /** Waits until everything that has happened so far is in the file. */
  readonly flush: Effect.Effect<void>
  /** How many rows were lost so far, because they came faster than they could be written. */
  readonly lost: Effect.Effect<number>
}

/**
 * Records what executors do, until the scope closes, into a file for Perfetto.
 *
 * **When to use**
 *
 * Use it to see why a pipeline is slow, or what a program does. Open the file at https://ui.perfetto.dev, which does not upload it, or
 * turn it into a page with `html`.
 *
 * **Details**
 *
 * Each executor has a line for each of its workers, with a slice for each task. Inside the slice are the times in which the task's code
 * does not run: while its worker gets ready ("starting"), and while its finalizers run ("cleaning up"). Above the workers are the waiting
 * tasks, and their number. Arrows lead from a submission to the run, from there to the code that joined the task, and in a pipeline of
 * `Executor.map` to the task of the next stage. The tasks of a group are shown with its executor, and have the name of the group.
 *
 * The file is written while the program runs, in a thread of its own, so memory is limited by `bufferSize` and not by the number of tasks.
 * A task is written when it has ended. Tasks that have not ended are written when the recording ends, or when the process exits.
 *
 * Fails with `TraceFileError` if the file cannot be opened. If writing fails later, that is logged, and the program goes on.
 *
 * **Gotchas**
 *
 * Close the recording after the executors, or shut them down before. If the end of an outer scope cancels tasks, they have not ended yet
 * when an inner scope closes.
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
 * When a flight recorder writes a file: when a task took too long, or when a worker died or stopped answering.
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
  /**
   * The name of the first file, such as `flight.pftrace`. The second is then `flight-2.pftrace`, and so on. Files of an earlier run of the
   * program are replaced, unless the name has something of this run in it, such as the time.
   */
  readonly file: string
  /**
   * How many of the last rows are kept, at least 1. A task takes one row, or two if it is joined. Defaults to 10,000, which is about 1.5 MB.
   */
  readonly last?: number | undefined
  /** The incidents for which a file is written. Defaults to all. */
  readonly on?: ReadonlyArray<Incident> | undefined
  /** A signal for which a file is written, too, such as `"SIGUSR2"`. Defaults to none. */
  readonly signal?: NodeJS.Signals | undefined
  /** After this many files, at least 1, incidents write no more. `write` and the signal still do. Defaults to 10. */
  readonly maxFiles?: number | undefined
}

/**
 * A running flight recorder.
 *
 * @since 0.2.0
 * @category models
 */
export interface FlightRecorder {
  /** Also listens to this executor, or these. */
  readonly add: (executors: Executor<unknown> | Iterable<Executor<unknown>>) => Effect.Effect<void>
  /** Writes a file now, without an incident, and returns its name. */
  readonly write: Effect.Effect<string, TraceFileError>
}

/**
 * Keeps the last part of what executors did in memory, until the scope closes, and writes it to a file when something goes wrong.
 *
 * **When to use**
 *
 * Use it in production. It costs little, and when a task has timed out or a worker has crashed, you can see what led to it.
 *
 * **Details**
 *
 * The file is like that of `record`. It shows the tasks that run and wait at that moment, and says how many earlier rows were dropped.
 * Each file is logged. Incidents that happen at the same time are in one file.
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
  /** The file of the page. Defaults to the name of the trace with `.html`. */
  readonly to?: string | undefined
}

/**
 * Turns a trace into a page: a single file that a browser opens without a network. Returns its name.
 *
 * **When to use**
 *
 * Use it to look at a trace, or to send it to someone: the page contains the whole trace.
 *
 * **Details**
 *
 * The page has a timeline with a line for each worker, and separate lines for waiting tasks. It has a search. Tables show what each
 * executor did, the failures, the slowest tasks and the longest waits. For a selected task it shows where the task was stuck, and which
 * tasks waited in the meantime. You can use it without a mouse: `/` searches, arrows move, `+` and `-` zoom, `F` goes from
 * failure to failure. Names are shown as text, even if they contain markup. `npx effect-futures html FILE` does the same.
 *
 * Fails with `TraceFileError` if the file is not a trace, or if the page cannot be written.
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
 * Use it in a service: `kill -USR2 PID` then shows what the service is doing.
 *
 * **Details**
 *
 * A name that is no signal of this system is a defect, `InvalidOptionsError`.
 *
 * **Example** (In a service)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor } from "effect-futures"
 * import { Trace } from "effect-futures/trace"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ name: "requests" })
 *   yield* Trace.dumpOnSignal(executor, { signal: "SIGHUP" })
 * })
 *
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 *
 * @since 0.2.0
 * @category showing
 */
export const dumpOnSignal: (
  executors: Executor<unknown> | Iterable<Executor<unknown>>,
  options?: {
    /** The signal to listen for. Defaults to `"SIGUSR2"`. */
    readonly signal?: NodeJS.Signals | undefined
  }
) => Effect.Effect<void, never, Scope.Scope> = internalDumpOnSignal.dumpOnSignal

/**
 * Writes what happened in the schedule of an `InterleaveFailure` as a trace: a line for each fiber, its steps one after the other, and
 * an arrow from each step to the steps that it woke. Steps where the schedule deviates from the usual order have a note. Returns the name
 * of the file.
 *
 * **When to use**
 *
 * Use it for a failure with more steps than you can follow as text. `html` turns it into a page.
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
  options: {
    /** The file of the trace, usually with the extension `.pftrace`. An existing file is replaced. */
    readonly file: string
  }
) => Effect.Effect<string, TraceFileError> = internalInterleave.interleave
