import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import {
  AttemptsExhaustedError,
  type TaskEncodingError,
  TaskTimeoutError,
  UnknownTaskError,
  WorkerCrashedError
} from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import type { Lease } from "../../executor/workers/WorkerPool.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import { unknownExit } from "../../executor/workers/WorkerEnd.ts"
import type { HandedOver } from "../../executor/TaskOwner.ts"
import { addReport } from "../../future/ReportLog.ts"
import { readOutcome, readReportText, writeArguments } from "../payload.ts"
import { shownText, storedMillis } from "../storable.ts"
import { isSettled, type NewRow, type Seen } from "../storage/Row.ts"
import { isStreamCall } from "../../stream/StreamCall.ts"
import { type DurableRequest, identityOf } from "./DurableRequest.ts"
import { StreamInbox, type StreamKeeper } from "./StreamInbox.ts"

export interface ClientOptions {
  readonly queue: string
  readonly maxPayloadBytes: number
  /** Milliseconds, like those below. */
  readonly pollInterval: number
  readonly retain: number
  readonly retainFailed: number
  /** When a task that is held back becomes due after the death of its program. */
  readonly hold: number
}

/** This program, as its calls see it. */
export interface CallKeeper {
  readonly id: string
  readonly options: ClientOptions
  /** Whether its tasks go on without this program. */
  readonly isDetached: boolean
  readonly dispatcher: {
    began(call: LedgerCall, machine: string): void
    moved(call: LedgerCall, lease: Lease, machine: string): void
    left(call: LedgerCall): void
  }
  cancel(call: LedgerCall, orStop: boolean): void
  /** The stream of one of its calls has something to ask of the ledger. */
  readonly streams: StreamKeeper
}

/** A task in the ledger, from the view of its future in this program. */
export class LedgerCall implements HandedOver {
  readonly future: TaskFuture<unknown, unknown>
  readonly task: Task<unknown, unknown>
  readonly request: DurableRequest
  readonly context: Context.Context<never>
  readonly client: CallKeeper
  private number: number | undefined
  private wasReleased = false
  /** Whether it was held back when it was entered. */
  wasHeld = false
  private wasGivenUp = false
  /** The number of the last claim that this program knows. */
  private claims = 0
  private ownLease: Lease | undefined = undefined
  end: Exit.Exit<unknown, unknown> | undefined = undefined
  /** Where the elements arrive, if the function returns a stream. */
  readonly inbox: StreamInbox | undefined
  /** Set while the future's fiber waits for the end. */
  follower: ((exit: Exit.Exit<unknown, unknown>) => void) | undefined = undefined
  private onGone: (() => void) | undefined = undefined
  private heard: string | undefined = undefined

  constructor(
    future: TaskFuture<unknown, unknown>,
    task: Task<unknown, unknown>,
    request: DurableRequest,
    client: CallKeeper,
    context: Context.Context<never>
  ) {
    this.future = future
    this.task = task
    this.request = request
    this.client = client
    this.context = context
    this.number = request.seq
    this.inbox = isStreamCall(task) ? new StreamInbox(this, task, client.streams) : undefined
  }

  /** The number of the task in the ledger, once it is there. */
  get seq(): number | undefined {
    return this.number
  }

  /** Whether its executor has released it. */
  get isReleased(): boolean {
    return this.wasReleased
  }

  /** Whether to cancel it as soon as it is in the ledger. */
  get isUnwanted(): boolean {
    return this.wasGivenUp
  }

  /** The worker of the task, in the counters of its executor. */
  get lease(): Lease | undefined {
    return this.ownLease
  }

  /** Whether the task may go on without this program. A stream may not, because it has no other reader. */
  get isLeftToOthers(): boolean {
    return this.client.isDetached && this.inbox === undefined
  }

  /** The row for the ledger, after `whenEncodable`. */
  row(): NewRow | TaskEncodingError {
    const { client, future, request, task } = this
    const { name } = future
    let args: string
    try {
      args = writeArguments(task, name, client.options.maxPayloadBytes)
    } catch (error) {
      // Nothing else is thrown there.
      return error as TaskEncodingError
    }
    this.wasHeld = !this.isReleased
    return {
      queue: client.options.queue,
      key: request.key,
      task: identityOf(task),
      label: shownText(name),
      args,
      trace: traceOf(this.context),
      priority: request.priority,
      delay: request.delay,
      isHeld: this.wasHeld ? 1 : 0,
      hold: client.options.hold,
      timeout: request.limit === 0 ? null : storedMillis(request.limit),
      retries: request.retries,
      maxAttempts: request.maxAttempts,
      retain: client.options.retain,
      retainFailed: client.options.retainFailed,
      owner: client.id,
      buffer: this.inbox?.buffer ?? null
    }
  }

  /** The task is in the ledger. */
  entered(seq: number): void {
    this.number = seq
  }

  /** The executor lets machines begin the task. */
  released(): void {
    this.wasReleased = true
  }

  /** The task will never begin. */
  withdrawn(): void {
    this.wasReleased = false
  }

  /** A machine has begun the task, in a place of the executor. */
  granted(lease: Lease): void {
    this.ownLease = lease
  }

  /** The task is cancelled as soon as it is in the ledger. */
  givenUp(): void {
    this.wasGivenUp = true
  }

  // The machine of the task measures its time.
  get hasBegun(): boolean {
    return true
  }

  // Only the ledger can tell, which takes a while.
  revoke(): boolean {
    return false
  }

  revokeLater(onGone: () => void, { orStop }: { readonly orStop: boolean }): void {
    this.onGone = onGone
    this.client.cancel(this, orStop)
  }

  abandon(): void {
    if (this.end === undefined) this.client.cancel(this, true)
  }

  moved(): void {}

  /** The task no longer waits, and none of its code has run. */
  gone(): void {
    this.end = Exit.interrupt()
    this.client.dispatcher.left(this)
    const { future, onGone } = this
    if (onGone !== undefined) return onGone()
    future.leftWorker()
    if (!future.isDone) future.endUnbegun(this.end)
  }

  /** A machine has claimed it: the first one, or another one after that was lost or gave it back. */
  begun(machine: string, claims: number): void {
    if (claims <= this.claims) return
    this.claims = claims
    const { dispatcher } = this.client
    if (this.lease === undefined) dispatcher.began(this, machine)
    else dispatcher.moved(this, this.lease, machine)
  }

  /** The state of the task in the ledger is known. */
  seen(seen: Seen): void {
    if (this.end !== undefined || this.future.isDone) return
    this.hear(seen.report)
    if (!isSettled(seen.state)) {
      if (seen.state === "running") this.begun(seen.worker ?? "", seen.claims)
      return
    }
    if (seen.state === "cancelled" && this.lease === undefined) return this.gone()
    const exit = this.exitOf(seen)
    if (seen.attempt > 0) this.begun(seen.worker ?? "", seen.claims)
    // Elements before the end are read before it.
    if (this.inbox === undefined) this.ended(exit)
    else this.inbox.settled(() => this.ended(exit))
  }

  /** The last report of the task. */
  private hear(report: string | null): void {
    if (report === null || report === this.heard) return
    this.heard = report
    addReport(this.future, readReportText(report, this.future.name))
  }

  private exitOf({ attempt, lastFailure, outcome, state, tag, worker }: Seen): Exit.Exit<unknown, unknown> {
    const { future, request, task } = this
    const { name } = future
    if (state === "cancelled") return Exit.interrupt()
    const from = worker ?? "unknown"
    if (tag === "UnknownTaskError" && outcome === null) {
      const { queue } = this.client.options
      return Exit.fail(new UnknownTaskError({ task: identityOf(task), key: request.key, queue }))
    }
    if (tag === "AttemptsExhaustedError" && outcome === null) {
      const last = lastFailure === null ? undefined : readOutcome(task, lastFailure, name, from)
      const cause = last !== undefined && Exit.isFailure(last) ? last.cause : Cause.fail(lostWorker(name, from))
      return Exit.fail(new AttemptsExhaustedError({ task: name, key: request.key, attempts: attempt, cause }))
    }
    return readOutcome(task, outcome ?? "", name, from)
  }

  /** The task has ended with this exit. */
  ended(exit: Exit.Exit<unknown, unknown>): void {
    this.end = exit
    const { future } = this
    if (exit._tag === "Failure") {
      for (const reason of exit.cause.reasons) {
        if (reason._tag === "Fail" && reason.error instanceof TaskTimeoutError) future.overran(reason.error)
      }
    }
    if (this.follower !== undefined) return this.follower(exit)
    if (this.lease === undefined) {
      this.client.dispatcher.left(this)
      future.leftWorker()
      future.endUnbegun(exit)
    } else if (future.isUnattended) {
      this.finish(exit)
    }
  }

  /** Ends the future, for which no fiber waits. */
  finish(exit: Exit.Exit<unknown, unknown>): void {
    this.future.leftWorker()
    this.future.ended(exit)
  }

  /** The effect of the future's fiber while the task runs elsewhere. */
  get follow(): Effect.Effect<unknown, unknown> {
    return Effect.callback<unknown, unknown>((resume) => {
      const done = (exit: Exit.Exit<unknown, unknown>) => {
        this.future.leftWorker()
        resume(exit)
      }
      if (this.end !== undefined) return done(this.end)
      this.follower = done
      return Effect.callback<void>((stopped) => {
        const gone = () => {
          this.future.leftWorker()
          stopped(Effect.void)
        }
        if (this.end !== undefined || this.isLeftToOthers) return gone()
        this.follower = gone
        this.client.cancel(this, true)
      })
    })
  }
}

const lostWorker = (task: string, worker: string): WorkerCrashedError =>
  new WorkerCrashedError({
    task,
    worker,
    ...unknownExit,
    reason: new Error("the machine did not renew its lease: its process ended, hung, or lost the database")
  })

/** The span of the submission, so that the spans of other machines are in the same trace. */
const traceOf = (context: Context.Context<never>): string | null => {
  const span = context.mapUnsafe.get(Tracer.ParentSpan.key)
  if (span === undefined) return null
  // The key holds a span.
  const { sampled, spanId, traceId } = span as Tracer.AnySpan
  return JSON.stringify({ spanId, traceId, sampled })
}
