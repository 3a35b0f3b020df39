import { performance } from "../../timers.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { SqlError } from "effect/sql/SqlError"
import { InvalidOptionsError, StorageError, TaskEncodingError } from "../../../Errors.ts"
import type { Engine } from "../../executor/Engine.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import { whenEncodable } from "../../remote/codec/FunctionCodecs.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import { Batch } from "../storage/Batch.ts"
import type { Hub } from "../storage/Hub.ts"
import type { Entry, Ledger } from "../storage/Ledger.ts"
import { patiently } from "../storage/patiently.ts"
import { type Machine, Registry } from "../storage/Registry.ts"
import type { Claimed, NewRow, Seen } from "../storage/Row.ts"
import { Upkeep } from "../storage/Upkeep.ts"
import type { DurableFuture } from "./DurableFuture.ts"
import { identityOf } from "./DurableRequest.ts"
import type { CallKeeper, ClientOptions, LedgerCall } from "./LedgerCall.ts"
import { LedgerDispatcher } from "./LedgerDispatcher.ts"
import { StreamInboxes } from "./StreamInboxes.ts"

/** A call that is about to be entered. */
interface Entering {
  readonly call: LedgerCall
  readonly row: NewRow
  readonly resume: (entered: Effect.Effect<void>) => void
}

// Rows in a statement, at most. Parameters of some megabytes are still fast.
const rowsAtOnce = 500
/** How many tasks a poll reads: the ones that were submitted first, and as many others in turn. */
const lookedAt = 500
/** After so many polls a queue that no machine serves is logged. That is half a minute by default. */
const looksUntilWarned = 30

/** The tasks of one executor in this program. Enters them in the ledger, and waits for their ends. */
export class LedgerClient implements CallKeeper {
  readonly id = crypto.randomUUID()
  readonly ledger: Ledger
  readonly options: ClientOptions
  private hasDetached = false
  private ownDispatcher: LedgerDispatcher | undefined = undefined
  readonly hub: Hub
  readonly streams: StreamInboxes
  private readonly upkeep: Upkeep
  private readonly registry: Registry
  /** Calls that wait for the ends of their tasks. A task may have several futures. */
  private readonly calls = new Map<number, Set<LedgerCall>>()
  private readonly entering = new Batch<Entering>((batch) => this.enterAll(batch), rowsAtOnce)
  private readonly releasing = new Batch<LedgerCall>((batch) => this.releaseAll(batch), rowsAtOnce)
  private readonly cancelling = new Batch<LedgerCall>((batch) => this.cancelAll(batch, true), rowsAtOnce)
  private readonly revoking = new Batch<LedgerCall>((batch) => this.cancelAll(batch, false), rowsAtOnce)
  private readonly reading = new Batch<number>((batch) => this.look(batch), rowsAtOnce)
  /** Calls that were entered in a transaction of the application which may not have ended. */
  private readonly uncommitted = new Map<LedgerCall, Context.Context<never>>()
  private turn = 0
  /** `Infinity` once that was logged. */
  private unservedSince: number | undefined = undefined

  constructor(ledger: Ledger, hub: Hub, options: ClientOptions) {
    this.ledger = ledger
    this.hub = hub
    this.options = options
    this.upkeep = new Upkeep(ledger, { looks: options.pollInterval, polls: options.pollInterval })
    this.registry = new Registry(ledger)
    this.streams = new StreamInboxes(ledger, hub, options.hold)
  }

  /** The machines of the executor, from the view of its tasks. */
  get dispatcher(): LedgerDispatcher {
    // Made with the engine, before anything is submitted.
    return this.ownDispatcher!
  }

  makeDispatcher(engine: Engine): LedgerDispatcher {
    return (this.ownDispatcher = new LedgerDispatcher(engine, (call) => this.release(call)))
  }

  /** Whether the program has closed, and its tasks go on without it. */
  get isDetached(): boolean {
    return this.hasDetached
  }

  /** The program closes, and leaves its tasks to others. */
  detach(): void {
    this.hasDetached = true
  }

  // ------------------------------------------------------------------ entering

  /** Waits until the task is in the ledger. */
  keep(future: TaskFuture<unknown, unknown>): Effect.Effect<void> {
    // `makeFuture` makes no others.
    const { call } = future as DurableFuture<unknown, unknown>
    if (call.seq !== undefined) return Effect.sync(() => this.watch(call, call.seq!))
    const ready = whenEncodable(functionOf(call.task))
    const enter = Effect.withFiber<void>((fiber) => {
      if (future.isDone) return Effect.void
      const row = call.row()
      // A future whose call cannot be encoded fails, as on the workers of this machine.
      if (row instanceof TaskEncodingError) return Effect.sync(() => call.ended(Exit.fail(row)))
      const { transactionService } = this.ledger.sql
      const transaction = Context.getOrUndefined(fiber.context, transactionService)
      if (transaction !== undefined) return this.enterWithin(call, row, fiber.context)
      return Effect.callback<void>((resume) => this.entering.add({ call, row, resume }))
    })
    return ready === undefined
      ? enter
      : Effect.andThen(
          Effect.promise(() => ready),
          enter
        )
  }

  /** Enters a task as a part of the submitter's transaction. */
  private enterWithin(call: LedgerCall, row: NewRow, context: Context.Context<never>): Effect.Effect<void> {
    const { sql } = this.ledger
    const enter = Effect.gen({ self: this }, function* () {
      const [entry] = yield* this.entered([row])
      if (entry === undefined) return
      this.check(call, entry)
      this.uncommitted.set(call, context)
      this.watch(call, entry.seq)
      yield* sql.afterCommit(
        Effect.sync(() => {
          this.uncommitted.delete(call)
          this.hub.work()
        })
      )
    })
    const { executor } = this.ledger
    return Effect.catch(enter, (cause) =>
      Effect.die(new StorageError({ executor, operation: "add a task in a transaction", cause }))
    )
  }

  private entered(rows: ReadonlyArray<NewRow>): Effect.Effect<ReadonlyArray<Entry>, SqlError> {
    const { ledger } = this
    return Effect.flatMap(ledger.submit(rows), (entries) => {
      if (entries.length === rows.length) return Effect.succeed(entries)
      const isNew = new Set(entries.map(({ key }) => key))
      const others = rows.filter(({ key }) => !isNew.has(key)).map(({ key }) => key)
      return Effect.map(ledger.find(others), (found) => [...entries, ...found])
    })
  }

  private enterAll(batch: ReadonlyArray<Entering>): Effect.Effect<void> {
    // A statement can have each key only once.
    const first = new Map<string, Entering>()
    for (const each of batch) if (!first.has(each.row.key)) first.set(each.row.key, each)
    const rows = Array.from(first.values(), ({ row }) => row)
    return Effect.matchCause(patiently(this.entered(rows)), {
      onFailure: (cause) => {
        const error = new StorageError({
          executor: this.ledger.executor,
          operation: "enter a task",
          cause: cause.reasons[0]?._tag === "Fail" ? cause.reasons[0].error : cause
        })
        for (const { resume } of batch) resume(Effect.die(error))
      },
      onSuccess: (entries) => {
        const byKey = new Map(entries.map((entry) => [entry.key, entry]))
        for (const { call, resume, row } of batch) {
          const entry = byKey.get(row.key)
          // The task expired between the two statements, so it is entered again.
          if (entry === undefined) {
            this.entering.add({ call, resume, row })
            continue
          }
          try {
            this.check(call, entry)
            this.watch(call, entry.seq)
            resume(Effect.void)
          } catch (error) {
            call.gone()
            resume(Effect.die(error))
          }
        }
        this.hub.work()
      }
    })
  }

  /** Throws an `InvalidOptionsError` if the key belongs to another function. */
  private check({ request, task }: LedgerCall, entry: Entry): void {
    if (entry.task === identityOf(task)) return
    const expected = `a key that no other task has: it belongs to a call of ${JSON.stringify(entry.task)}`
    throw new InvalidOptionsError({ option: "key", value: request.key, expected })
  }

  // ------------------------------------------------------------------ watching

  private watch(call: LedgerCall, seq: number): void {
    call.entered(seq)
    if (call.isUnwanted) return this.cancelling.add(call)
    let calls = this.calls.get(seq)
    if (calls === undefined) this.calls.set(seq, (calls = new Set()))
    calls.add(call)
    if (call.inbox !== undefined) this.streams.add(call.inbox, seq)
    call.future.observe(() => this.forget(call, seq))
    // The task may have been in the ledger before, and its end may have been announced.
    if (call.request.isOwnKey) this.reading.add(seq)
    if (call.isReleased && call.wasHeld) this.releasing.add(call)
  }

  private forget(call: LedgerCall, seq: number): void {
    this.uncommitted.delete(call)
    const calls = this.calls.get(seq)
    if (calls?.delete(call) === true && calls.size === 0) this.calls.delete(seq)
    if (call.inbox !== undefined) this.streams.delete(seq)
  }

  begun(rows: ReadonlyArray<Claimed>, { id, places }: Machine): void {
    this.dispatcher.learn(id, places)
    for (const { claims, key, seq } of rows) {
      for (const call of this.calls.get(seq) ?? []) if (call.request.key === key) call.begun(id, claims)
    }
  }

  seen(all: ReadonlyArray<Seen>): void {
    for (const seen of all) {
      const calls = this.calls.get(seen.seq)
      if (calls === undefined) continue
      for (const call of Array.from(calls)) {
        // SQLite gives the number of a task that was rolled back to the next one.
        if (call.request.key === seen.key) call.seen(seen)
        else call.gone()
      }
    }
  }

  /** Another process has changed these tasks. An empty list means that it is not known which. */
  changed(seqs: ReadonlyArray<number>): void {
    if (this.calls.size === 0) return
    for (const seq of seqs.length === 0 ? this.next() : seqs) if (this.calls.has(seq)) this.reading.add(seq)
  }

  /** The tasks to read next. The first ones are the most likely to have ended, and the others get their turns. */
  private next(): ReadonlyArray<number> {
    const all = Array.from(this.calls.keys())
    if (all.length <= 2 * lookedAt) return all
    this.turn = this.turn >= all.length ? lookedAt : Math.max(lookedAt, this.turn)
    const others = all.slice(this.turn, this.turn + lookedAt)
    this.turn += lookedAt
    return [...all.slice(0, lookedAt), ...others]
  }

  private look(seqs: ReadonlyArray<number>): Effect.Effect<void> {
    const open = Array.from(new Set(seqs)).filter((seq) => this.calls.has(seq))
    if (open.length === 0) return Effect.void
    const look = Effect.gen({ self: this }, function* () {
      const all = yield* this.ledger.read(open)
      const isNew = all.some(({ worker }) => worker !== null && !this.dispatcher.knows(worker))
      if (isNew) yield* this.lookForMachines
      const there = new Set(all.map(({ seq }) => seq))
      for (const seq of open) if (!there.has(seq)) this.missing(seq)
      this.seen(all)
    })
    // The next poll looks again.
    return Effect.ignore(look)
  }

  /** The ledger does not have the task: it has expired, or its transaction was rolled back. */
  private missing(seq: number): void {
    for (const call of Array.from(this.calls.get(seq) ?? [])) {
      const context = this.uncommitted.get(call)
      if (context === undefined || this.isRolledBack(context)) call.gone()
    }
  }

  /** Whether a transaction has ended without a commit. */
  private isRolledBack(context: Context.Context<never>): boolean {
    const { sql } = this.ledger
    const transaction = Context.getOrUndefined(context, sql.transactionService)
    // A savepoint may have ended, while its transaction goes on.
    if (transaction === undefined || transaction[1] > 0) return false
    return Exit.isFailure(Effect.runSyncExitWith(context)(sql.afterCommit(Effect.void)))
  }

  /** The calls, without those whose transaction was rolled back, because other tasks may have their numbers by now. */
  private entries(calls: ReadonlyArray<LedgerCall>): ReadonlyArray<number> {
    return calls.flatMap((call) => {
      const context = this.uncommitted.get(call)
      if (context === undefined || !this.isRolledBack(context)) return call.seq ?? []
      call.gone()
      return []
    })
  }

  // ------------------------------------------------------- releasing, cancelling

  /** The executor releases the task. */
  release(call: LedgerCall): void {
    if (call.seq !== undefined) this.releasing.add(call)
  }

  private releaseAll(batch: ReadonlyArray<LedgerCall>): Effect.Effect<void> {
    const seqs = this.entries(batch)
    return Effect.matchCause(patiently(this.ledger.release(seqs)), {
      // Without this, the task becomes due when its hold is over.
      onFailure: () => {},
      onSuccess: () => this.hub.work()
    })
  }

  /** The task is no longer wanted here. */
  cancel(call: LedgerCall, orStop: boolean): void {
    if (call.isLeftToOthers || call.seq === undefined) {
      // A task that is not in the ledger yet is cancelled when it is.
      if (!call.isLeftToOthers && orStop) call.givenUp()
      queueMicrotask(() => {
        if (call.end === undefined && call.lease === undefined) call.gone()
      })
      return
    }
    ;(orStop ? this.cancelling : this.revoking).add(call)
  }

  private cancelAll(batch: ReadonlyArray<LedgerCall>, orStop: boolean): Effect.Effect<void> {
    const seqs = this.entries(batch)
    return Effect.matchCause(patiently(this.ledger.cancel(seqs, orStop)), {
      onFailure: () => {},
      onSuccess: (all) => {
        this.hub.settled(all.filter(({ state }) => state !== "running"))
        this.seen(all)
        const running = all.filter(({ state }) => state === "running").map(({ seq }) => seq)
        if (running.length > 0) this.hub.cancelled(running)
        const told = new Set(all.map(({ seq }) => seq))
        // Tasks that had ended before. Their ends are still on the way.
        for (const seq of seqs) if (!told.has(seq)) this.reading.add(seq)
      }
    })
  }

  // -------------------------------------------------------------------- upkeep

  /** Polls the ledger, whatever was announced. */
  get poll(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.changed([])
      this.streams.written([])
      if (this.calls.size === 0) return Effect.void
      return Effect.ignore(this.upkeep.promote).pipe(Effect.andThen(Effect.ignore(this.reclaim)))
    })
  }

  private get reclaim(): Effect.Effect<void, SqlError> {
    return Effect.map(this.upkeep.reclaim, (seqs) => {
      if (seqs.length === 0) return
      this.hub.changed(seqs)
      this.hub.work()
    })
  }

  /** Finds out which machines there are. */
  get lookForMachines(): Effect.Effect<void> {
    const look = Effect.flatMap(this.registry.alive, (machines) => {
      for (const { id, places } of machines) this.dispatcher.learn(id, places)
      this.dispatcher.keep(new Set(machines.map(({ id }) => id)))
      return this.warnIfUnserved(machines)
    })
    return Effect.ignore(look)
  }

  /** Looks for machines if that matters at the moment. */
  get checkMachines(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.dispatcher.size === 0 && this.calls.size === 0 ? Effect.void : this.lookForMachines
    )
  }

  /** Tasks in a queue that no machine serves wait for ever, which is a mistake if its name was mistyped. */
  private warnIfUnserved(machines: ReadonlyArray<Machine>): Effect.Effect<void> {
    const { pollInterval, queue } = this.options
    if (this.calls.size === 0 || machines.some(({ queues }) => queues.includes(queue))) {
      this.unservedSince = undefined
      return Effect.void
    }
    this.unservedSince ??= performance.now()
    if (performance.now() - this.unservedSince < looksUntilWarned * pollInterval) return Effect.void
    this.unservedSince = Infinity
    const served = Array.from(new Set(machines.flatMap(({ queues }) => queues)), (each) => JSON.stringify(each))
    const machine = `no machine of ${JSON.stringify(this.ledger.executor)} serves the queue ${JSON.stringify(queue)}`
    const others = served.length === 0 ? "and none serves another" : `but ${served.join(", ")}`
    return Effect.logWarning(`${this.calls.size} durable tasks wait, and ${machine}, ${others}.`)
  }

  /** Postpones the ends of the holds of tasks, and of the streams that are read. */
  get renewHolds(): Effect.Effect<void> {
    return Effect.andThen(Effect.ignore(patiently(this.ledger.hold(this.id, this.options.hold))), this.streams.attend)
  }

  /** Waits until all statements have ended. */
  get quiet(): Effect.Effect<void> {
    const batches = [this.entering, this.releasing, this.cancelling, this.revoking]
    return Effect.all([...batches.map(({ idle }) => idle), this.streams.quiet], { discard: true })
  }
}
