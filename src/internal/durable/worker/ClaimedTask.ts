import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import { TaskCancelledError, TaskEncodingError, WorkerCrashedError } from "../../../Errors.ts"
import type { Executor } from "../../../Executor.ts"
import { TaskFuture } from "../../executor/TaskFuture.ts"
import type { Future } from "../../../Future.ts"
import { cancel } from "../../future/cancel.ts"
import { exitOf, isFutureImpl } from "../../future/FutureImpl.ts"
import { whenEncodable } from "../../remote/codec/FunctionCodecs.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { TaskImpl } from "../../task/TaskImpl.ts"
import { onReport } from "../../future/ReportLog.ts"
import { readArguments, writeOutcome, writeReport } from "../payload.ts"
import type { Claimed, Settlement } from "../storage/Row.ts"
import { type RelaySink, StreamRelay } from "./StreamRelay.ts"

/** Why a task is stopped before it has ended by itself. */
type Stop = "cancelled" | "lost" | "drained" | "failed"

/** A task that this machine has claimed, until it is settled. */
export class ClaimedTask {
  readonly row: Claimed
  readonly isSuspect: boolean
  private readonly fn: TaskFunction
  private readonly maxPayloadBytes: number
  private future: Future<unknown, unknown> | undefined = undefined
  private stopped: Stop | undefined = undefined
  /** The last report of the task, until it is stored. */
  private latest: { readonly value: unknown } | undefined = undefined
  /** Why its last report cannot be written. */
  private unwritable: unknown = undefined
  private onReport: (() => void) | undefined = undefined

  /** Where its elements go, if the function returns a stream. */
  private readonly relay: StreamRelay | undefined

  constructor(row: Claimed, fn: TaskFunction, maxPayloadBytes: number, isSuspect: boolean, sink: RelaySink) {
    this.isSuspect = isSuspect
    this.row = row
    // The result of a stream is empty, so it must not pass through the Schema of an element.
    this.fn = row.buffer === null ? fn : fn.streaming
    this.maxPayloadBytes = maxPayloadBytes
    if (row.buffer !== null) {
      const fail = (why: Stop) => this.stop(why)
      this.relay = new StreamRelay({ row, buffer: row.buffer, fn, maxPayloadBytes, sink, fail })
    }
  }

  /** Calls back when the task has reported. */
  tellReports(onReport: () => void): void {
    this.onReport = onReport
  }

  /** The reader of its stream has room for so many elements in total. */
  demanded(count: number): void {
    this.relay?.demandedAll(count)
  }

  /** Runs the task on the host. Returns its settlement, unless the claim was lost. */
  run(host: Executor<unknown>, context: Context.Context<never>): Effect.Effect<Settlement | undefined> {
    const { fn, relay, row } = this
    const submit = Effect.gen({ self: this }, function* () {
      const ready = whenEncodable(fn)
      if (ready !== undefined) yield* Effect.promise(() => ready)
      const args = yield* Effect.try({
        try: () => readArguments(fn, row.args, row.label),
        catch: (error) => error
      })
      if (this.stopped !== undefined) return yield* Effect.interrupt
      const timeout = row.timeout ?? Infinity
      // The tasks of a worker's modules need no other services.
      const task = (relay === undefined ? new TaskImpl(fn, args) : yield* relay.call(args)) as TaskImpl &
        Effect.Effect<unknown, unknown>
      const future = yield* host.submit(task, { name: row.label, timeout })
      this.future = future
      // The key shows observers of the host and of the durable executor that it is the same task.
      if (future instanceof TaskFuture && future.times !== undefined) future.times.durableKey = row.key
      if (isFutureImpl(future)) onReport(future, (value) => this.reported(value))
      relay?.runsAs(future)
      if (this.stopped !== undefined) yield* cancel(future)
      return yield* awaitExit(future)
    })
    const run = Effect.exit(Effect.provideContext(submit, within(context, row.trace)))
    const end = relay === undefined ? run : Effect.flatMap(run, (exit) => relay.ended(exit))
    return Effect.map(end, (exit) => this.settlement(exit))
  }

  private reported(value: unknown): void {
    const isFirst = this.latest === undefined
    this.latest = { value }
    if (isFirst) this.onReport?.()
  }

  /**
   * Takes the last report of the task, if it was not taken before. A report that is too large is dropped. If it cannot be written, the
   * task fails: hosts that copy refuse such a report in the task, but a host of fibers does not.
   */
  takeReport(): string | null {
    const { latest } = this
    this.latest = undefined
    if (latest === undefined) return null
    try {
      return writeReport(latest.value, this.fn, this.row.label, this.maxPayloadBytes)
    } catch (error) {
      this.unwritable = error
      this.stop("failed")
      return null
    }
  }

  /** Stops the task in the host. */
  stop(why: Stop): void {
    if (this.stopped !== undefined) return
    this.stopped = why
    if (this.future !== undefined) Effect.runFork(cancel(this.future))
  }

  private settlement(ended: Exit.Exit<unknown, unknown>): Settlement | undefined {
    const report = this.takeReport()
    const exit = this.unwritable === undefined ? ended : Exit.die(this.unwritable)
    const { row, stopped } = this
    const { claims, seq } = row
    const settled = {
      seq,
      claims,
      delay: 0,
      uncounted: 0,
      outcome: null,
      tag: null,
      failure: null,
      report
    } as const
    if (stopped === "lost") return undefined
    if (exit._tag === "Failure" && isInterruption(exit.cause)) {
      // If the task was cancelled, the ledger makes this outcome a cancellation.
      return stopped === "drained" ? { ...settled, state: "pending", uncounted: 1 } : { ...settled, state: "cancelled" }
    }
    const { isSuccess, tag, text } = writeOutcome(exit, this.fn, row.label, this.maxPayloadBytes)
    if (isSuccess) return { ...settled, state: "succeeded", outcome: text }
    if (exit._tag === "Success") return { ...settled, state: "failed", outcome: text, tag }
    const isCrash =
      this.stopped !== "failed" &&
      exit.cause.reasons.some(({ _tag, ...reason }) => "error" in reason && isHostCrash(reason.error))
    const isTyped = exit.cause.reasons.some(({ _tag }) => _tag === "Fail")
    const pauses = row.retries === null ? [] : (JSON.parse(row.retries) as ReadonlyArray<number>)
    // A schedule that has a pause after the last attempt would have gone on.
    const isExhausted = row.attempt >= row.maxAttempts && (isCrash || pauses.length >= row.maxAttempts)
    const mayRetry = isCrash || (isTyped && pauses.length > 0 && this.stopped !== "failed" && !isRefusal(exit.cause))
    if (!mayRetry) return { ...settled, state: "failed", outcome: text, tag }
    if (isExhausted) return { ...settled, state: "failed", tag: "AttemptsExhaustedError", failure: text }
    const pause = pauses[row.attempt - 1]
    if (pause === undefined && !isCrash) return { ...settled, state: "failed", outcome: text, tag }
    return { ...settled, state: "pending", delay: pause ?? 0, failure: text }
  }
}

/** Waits for the end of the host's future. A worker that the host has lost is not a failure of the task. */
const awaitExit = (future: Future<unknown, unknown>): Effect.Effect<unknown, unknown> =>
  Effect.callback<unknown, unknown>((resume) => {
    // A host is an executor of this library.
    if (!isFutureImpl(future))
      return resume(Effect.die(new TypeError("the host returned something that is not a future of this library")))
    const done = () => resume(exitOf(future) ?? Exit.interrupt())
    if (future.isDone) return done()
    future.observe(done)
    // A task that somebody waits for begins at once.
    if (future.state === "running") future.engine?.hurry()
  })

const isInterruption = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.every(
    (reason) => reason._tag === "Interrupt" || (reason._tag === "Fail" && reason.error instanceof TaskCancelledError)
  )

const isHostCrash = (error: unknown): boolean => error instanceof WorkerCrashedError

/** A failure that another attempt would repeat: a value was refused. */
const isRefusal = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => reason._tag === "Fail" && reason.error instanceof TaskEncodingError)

/** The context with the span of the submission, to which the task belongs. */
const within = (context: Context.Context<never>, trace: string | null): Context.Context<never> => {
  if (trace === null) return context
  // As the submitter has written it.
  const span = JSON.parse(trace) as { readonly spanId: string; readonly traceId: string; readonly sampled: boolean }
  return Context.add(context, Tracer.ParentSpan, Tracer.externalSpan(span)) as Context.Context<never>
}
