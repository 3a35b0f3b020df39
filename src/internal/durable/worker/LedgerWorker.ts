import { clearTimeout, performance, setTimeout } from "../../timers.ts"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Executor } from "../../../Executor.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { Batch } from "../storage/Batch.ts"
import type { Demand, Hub } from "../storage/Hub.ts"
import type { Ledger } from "../storage/Ledger.ts"
import { patiently } from "../storage/patiently.ts"
import { type Machine, Registry } from "../storage/Registry.ts"
import { type Claimed, type Settlement, isSettled } from "../storage/Row.ts"
import { Upkeep } from "../storage/Upkeep.ts"
import { ClaimedTask } from "./ClaimedTask.ts"
import { ElementSink } from "./ElementSink.ts"

interface WorkerOptions {
  readonly name: string
  readonly queues: ReadonlyArray<string>
  readonly concurrency: number
  readonly maxPayloadBytes: number
  /** Milliseconds, as all below. */
  readonly lease: number
  readonly pollInterval: number
  readonly startTimeout: number
}

// How often it looks for suspects after it has claimed other tasks, in milliseconds: nearly always there are none.
const suspectInterval = 200
// After so many milliseconds it looks for suspects first, because the other tasks may never end.
const suspectPatience = 1000
// How often it claims from the beginning of a queue while it claims one task after the other, in milliseconds.
const startInterval = 200
// How often it looks for delays that are over while it claims one task after the other, in milliseconds.
const promoteInterval = 20
// How long a report waits for reports of other tasks, in milliseconds.
const reportInterval = 100
// Outcomes in a statement at most.
const settledAtOnce = 200

/** How often a machine of such leases does the upkeep, in milliseconds. */
export const sweepInterval = (lease: number): number => Math.min(lease / 3, 5000)

/** The last task of a claim, by its place in the queue. */
interface LastClaimed {
  readonly priority: number
  readonly seq: number
  /** When it last claimed from the beginning of the queue. */
  readonly since: number
}

/** A machine that works for an executor: it claims tasks when it has free places, runs them on its host, and settles them. */
export class LedgerWorker {
  readonly id: string
  readonly options: WorkerOptions
  private readonly ledger: Ledger
  private readonly hub: Hub
  private readonly upkeep: Upkeep
  private readonly registry: Registry
  private readonly machine: Machine
  private readonly functions: ReadonlyMap<string, TaskFunction>
  private readonly host: Executor<unknown>
  private readonly context: Context.Context<never>
  private readonly running = new Map<number, ClaimedTask>()
  /** Claims that this machine has in the ledger, but does not know: the answer to the statement was lost. */
  private strays = new Set<number>()
  private readonly sink: ElementSink
  private readonly wishing = new Batch<undefined>(() => Effect.ignore(this.lookForWishes), Infinity)
  private readonly settling = new Batch<Settlement>((batch) => this.settleAll(batch), settledAtOnce)
  /** Tasks with a report that is not stored yet. */
  private readonly talking = new Set<ClaimedTask>()
  private reportTimer: NodeJS.Timeout | undefined = undefined
  private isClosing = false
  private wake: (() => void) | undefined = undefined
  private mayHaveWork = true
  private nudges = 0
  /** Where the last claim in each queue ended. */
  private readonly lastClaimed = new Map<string, LastClaimed>()
  /** When the next delay is over, as far as is known. */
  private dueAt = 0
  private promotedAt = 0
  private onFree: (() => void) | undefined = undefined
  private firstQueue = 0
  private lookedForSuspects = 0
  private renewedAt = performance.now()
  private awaySince: number | undefined = undefined
  private readonly unknownSince = new Map<string, number>()

  constructor(options: {
    readonly worker: WorkerOptions
    readonly ledger: Ledger
    readonly hub: Hub
    readonly functions: ReadonlyMap<string, TaskFunction>
    readonly host: Executor<unknown>
    readonly context: Context.Context<never>
  }) {
    const { context, functions, host, hub, ledger, worker } = options
    this.id = `${worker.name}#${crypto.randomUUID().slice(0, 8)}`
    this.options = worker
    this.ledger = ledger
    this.hub = hub
    this.upkeep = new Upkeep(ledger, { looks: sweepInterval(worker.lease), polls: worker.pollInterval })
    this.registry = new Registry(ledger)
    this.functions = functions
    this.host = host
    this.context = context
    this.sink = new ElementSink(ledger, hub, this.id)
    this.machine = {
      id: this.id,
      name: worker.name,
      queues: worker.queues,
      tasks: Array.from(functions.keys()),
      places: worker.concurrency
    }
  }

  private get free(): number {
    return this.isClosing ? 0 : this.options.concurrency - this.running.size
  }

  // ------------------------------------------------------------------ claiming

  /** There may be something to claim, or a free place. */
  readonly nudge = (): void => {
    this.mayHaveWork = true
    this.nudges++
    this.lastClaimed.clear()
    this.wake?.()
  }

  /** Claims tasks until it is interrupted. */
  get claiming(): Effect.Effect<never> {
    const turn = Effect.gen({ self: this }, function* () {
      // Tasks that are due now go first if they are urgent. In between, no claim waits for that query.
      if (performance.now() >= this.dueAt) yield* this.promote
      if (this.free > 0) yield* this.claimSuspect(suspectPatience)
      yield* this.claimAll
      if (this.free > 0) yield* this.claimSuspect(suspectInterval)
      // While there is much to do, other work is not done after each claim.
      if (!this.mayHaveWork || performance.now() - this.promotedAt >= promoteInterval) yield* this.promote
      yield* this.pause(Math.min(this.options.pollInterval, this.dueAt - performance.now()))
    })
    const patient = Effect.matchEffect(turn, {
      onFailure: (error) => Effect.andThen(this.isAway(error), Effect.sleep(500)),
      onSuccess: () => this.isBack
    })
    return Effect.forever(patient)
  }

  private get claimAll(): Effect.Effect<void, SqlError> {
    return Effect.gen({ self: this }, function* () {
      while (this.free > 0) {
        const free = this.free
        this.mayHaveWork = false
        const claimed = yield* this.claim(free)
        // Later tasks are announced.
        if (claimed < free) return
        this.mayHaveWork = true
      }
    })
  }

  private get promote(): Effect.Effect<void, SqlError> {
    return Effect.map(this.upkeep.promote, ({ isAnyDue, next }) => {
      if (isAnyDue) this.nudge()
      this.promotedAt = performance.now()
      this.dueAt = this.promotedAt + next
    })
  }

  /** Logs once that the database is away, however often it is tried. */
  private isAway(error: SqlError): Effect.Effect<void> {
    if (this.awaySince !== undefined) return Effect.void
    this.awaySince = performance.now()
    return Effect.logWarning(
      `Machine ${this.id} cannot use the database of durable tasks, and keeps trying: ${describe(error)}`
    )
  }

  private get isBack(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.awaySince === undefined) return Effect.void
      const seconds = ((performance.now() - this.awaySince) / 1000).toFixed(1)
      this.awaySince = undefined
      return Effect.logInfo(`Machine ${this.id} can use the database of durable tasks again, after ${seconds} s`)
    })
  }

  /**
   * Claims a task that the next lost machine would cost its last attempt, unless this machine already has one.
   *
   * Tasks that were lost together run together once more, and then one at a time. Otherwise the task that kills its machine would also use
   * up the attempts of the others.
   */
  private claimSuspect(interval: number): Effect.Effect<number, SqlError> {
    const now = performance.now()
    if (now - this.lookedForSuspects < interval || this.hasSuspect) return Effect.succeed(0)
    this.lookedForSuspects = now
    return this.claim(1, true)
  }

  private get hasSuspect(): boolean {
    for (const task of this.running.values()) if (task.isSuspect) return true
    return false
  }

  private claim(limit: number, areSuspects = false): Effect.Effect<number, SqlError> {
    return Effect.gen({ self: this }, function* () {
      const { queues } = this.options
      let count = 0
      // Queues take turns, so that one which is never empty does not starve the others.
      for (let n = 0; n < queues.length && count < limit; n++) {
        const queue = queues[(this.firstQueue + n) % queues.length]!
        count += yield* areSuspects
          ? this.claimIn(queue, limit - count, true, undefined)
          : this.claimOnwards(queue, limit - count)
      }
      this.firstQueue++
      return count
    })
  }

  /**
   * Claims after the last claim, and from the beginning of the queue if that is not enough.
   *
   * In Postgres the beginning takes long: claimed tasks stay there as dead rows until they are vacuumed away. A task that comes to stand
   * there is announced, or found a moment later.
   */
  private claimOnwards(queue: string, limit: number): Effect.Effect<number, SqlError> {
    return Effect.gen({ self: this }, function* () {
      const last = this.lastClaimed.get(queue)
      const isFresh = last !== undefined && performance.now() - last.since < startInterval
      const count = isFresh ? yield* this.claimIn(queue, limit, false, last) : 0
      return count === limit ? count : count + (yield* this.claimIn(queue, limit - count, false, undefined))
    })
  }

  private claimIn(
    queue: string,
    limit: number,
    areSuspects: boolean,
    after: LastClaimed | undefined
  ): Effect.Effect<number, SqlError> {
    return Effect.suspend(() => {
      const { lease } = this.options
      const tasks = this.ledger.dialect.list(this.machine.tasks, "text")
      const { nudges } = this
      const claim = this.ledger.claim({ queue, tasks, worker: this.id, lease, limit, areSuspects, after })
      const begin = Effect.map(claim, (rows) => {
        const last = rows.at(-1)
        // A task that has come in the meantime may stand before that place.
        if (last !== undefined && !areSuspects && nudges === this.nudges) {
          const { priority, seq } = last
          this.lastClaimed.set(queue, { priority, seq, since: after?.since ?? performance.now() })
        }
        return this.begin(rows, areSuspects)
      })
      // An interruption here would lose claimed tasks that were neither begun nor given back.
      return Effect.uninterruptible(begin)
    })
  }

  private begin(rows: ReadonlyArray<Claimed>, isSuspect: boolean): number {
    if (rows.length === 0) return 0
    this.hub.begun(rows, this.machine)
    for (const row of rows) {
      // A machine claims only tasks whose functions it has.
      const fn = this.functions.get(row.task)!
      const task = new ClaimedTask(row, fn, this.options.maxPayloadBytes, isSuspect, this.sink)
      this.running.set(row.seq, task)
      task.tellReports(() => this.reported(task))
      if (this.isClosing) task.stop("drained")
      const run = Effect.map(task.run(this.host, this.context), (settlement) => {
        if (this.running.get(row.seq) === task) this.running.delete(row.seq)
        if (settlement !== undefined) this.settling.add(settlement)
        if (this.running.size === 0) this.onFree?.()
        if (isSuspect) this.mayHaveWork = true
        // A free place is of use only if there were more tasks than places.
        if (this.mayHaveWork) this.wake?.()
      })
      Effect.runForkWith(this.context)(run)
    }
    return rows.length
  }

  /** Waits until there may be something to do. */
  private pause(millis: number): Effect.Effect<void> {
    const wait = Effect.callback<void>((resume) => {
      if (this.mayHaveWork && this.free > 0) return resume(Effect.void)
      this.wake = () => {
        if (this.free > 0 || this.isClosing) resume(Effect.void)
      }
      return Effect.sync(() => (this.wake = undefined))
    })
    return Effect.asVoid(Effect.timeoutOption(wait, Math.max(1, millis)))
  }

  // ------------------------------------------------------------------ settling

  private settleAll(batch: ReadonlyArray<Settlement>): Effect.Effect<void> {
    const settle = Effect.flatMap(patiently(this.ledger.settle(batch, this.id)), (seen) => {
      this.hub.settled(seen.filter(({ state }) => isSettled(state)))
      if (seen.some(({ state }) => !isSettled(state))) this.hub.work()
      const missing = batch.length - seen.length
      const refused =
        missing === 0
          ? Effect.void
          : Effect.logDebug(`${missing} outcomes were refused: other machines have had the tasks since`)
      return Effect.andThen(this.ledger.tell(seen), refused)
    })
    // Their leases are not renewed, so these tasks run again.
    return Effect.catchCause(settle, (cause) =>
      Effect.logError("A machine could not settle a durable task that it ran", cause)
    )
  }

  // ----------------------------------------------------------------- reporting

  /** A task has reported. The report is stored a moment later, with those of other tasks. */
  private reported(task: ClaimedTask): void {
    this.talking.add(task)
    if (this.reportTimer !== undefined) return
    this.reportTimer = setTimeout(() => {
      this.reportTimer = undefined
      Effect.runForkWith(this.context)(this.keepReports)
    }, reportInterval)
    this.reportTimer.unref?.()
  }

  /** A failure is not tried again: the next report or the outcome contains the latest one. */
  private get keepReports(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const running = Array.from(this.talking).filter((task) => this.running.get(task.row.seq) === task)
      this.talking.clear()
      const reported = running.flatMap((task) => {
        const report = task.takeReport()
        return report === null ? [] : [{ seq: task.row.seq, claims: task.row.claims, report }]
      })
      if (reported.length === 0) return Effect.void
      const keep = Effect.map(this.ledger.report(reported), (rows) => {
        // An empty list would mean any task.
        if (rows.length > 0) this.hub.changed(rows.map(({ seq }) => seq))
      })
      return Effect.ignore(keep)
    })
  }

  // ------------------------------------------------------------------- keeping

  /** Renews its leases, and finds out which it has lost. */
  get renew(): Effect.Effect<void, SqlError> {
    return Effect.gen({ self: this }, function* () {
      const { lease } = this.options
      yield* this.warnIfLate
      yield* this.registry.enter(this.machine, lease)
      const before = Array.from(this.running.values())
      const held = new Map((yield* this.ledger.renew(this.id, lease)).map(({ claims, seq }) => [seq, claims]))
      for (const task of before) {
        const { claims, seq } = task.row
        if (held.get(seq) !== claims && this.running.get(seq) === task) {
          yield* Effect.logWarning(
            `The lease of ${task.row.label} (key ${JSON.stringify(task.row.key)}) ran out: another machine may have the task`
          )
          task.stop("lost")
        }
      }
      yield* this.giveBackStrays(held)
    })
  }

  /** If a machine cannot renew its leases in time, something keeps its event loop busy. */
  private get warnIfLate(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { lease } = this.options
      const since = performance.now() - this.renewedAt
      this.renewedAt = performance.now()
      // The renewal is due three times in a lease. If it is a whole interval late, others may soon take the tasks.
      if (since < (lease * 2) / 3 || this.running.size === 0 || this.awaySince !== undefined) return Effect.void
      const late = `Machine ${this.id} renewed the leases of its durable tasks only after ${Math.round(since)} of the ${lease} ms that they last`
      return Effect.logWarning(
        `${late}. Tasks that compute for a long time need a host of threads or processes, or a longer lease.`
      )
    })
  }

  /** Gives back claims that it has not known at two renewals in a row: the answer to the statement was lost. */
  private giveBackStrays(held: ReadonlyMap<number, number>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const unknown = Array.from(held).filter(([seq]) => !this.running.has(seq))
      const stray = unknown.filter(([seq]) => this.strays.has(seq))
      this.strays = new Set(unknown.map(([seq]) => seq))
      const none = {
        state: "pending",
        delay: 0,
        uncounted: 1,
        outcome: null,
        tag: null,
        failure: null,
        report: null
      } as const
      for (const [seq, claims] of stray) this.settling.add({ seq, claims, ...none })
      return Effect.void
    })
  }

  /** Finds out which tasks to stop, and how much room the readers of streams have. */
  get lookForWishes(): Effect.Effect<void, SqlError> {
    return Effect.suspend(() => (this.running.size === 0 ? Effect.void : this.grantWishes))
  }

  private get grantWishes(): Effect.Effect<void, SqlError> {
    return Effect.map(this.ledger.wishes(this.id), (wishes) => {
      for (const { demanded, isCancelled, seq } of wishes) {
        const task = this.running.get(seq)
        if (isCancelled === 1) task?.stop("cancelled")
        if (demanded !== null) task?.demanded(Number(demanded))
      }
    })
  }

  /** The readers of these streams have room for more. An empty list means that it is not known which. */
  demanded(demands: ReadonlyArray<Demand>): void {
    if (demands.length === 0) return this.wishing.add(undefined)
    for (const { demanded, seq } of demands) this.running.get(seq)?.demanded(demanded)
  }

  cancelled(seqs: ReadonlyArray<number>): void {
    for (const seq of seqs) this.running.get(seq)?.stop("cancelled")
  }

  /** The upkeep that each machine does for all. */
  get sweep(): Effect.Effect<void, SqlError> {
    return Effect.gen({ self: this }, function* () {
      const lost = yield* this.upkeep.reclaim
      if (lost.length > 0) {
        this.hub.changed(lost)
        this.nudge()
      }
      yield* this.upkeep.abandon
      yield* this.upkeep.forget
    })
  }

  /** Fails tasks whose function no machine has had for `startTimeout`. */
  get failUnknown(): Effect.Effect<void, SqlError> {
    return Effect.gen({ self: this }, function* () {
      const { queues, startTimeout } = this.options
      const machines = yield* this.registry.alive
      const seen = new Set<string>()
      for (const queue of queues) {
        const known = machines.filter((each) => each.queues.includes(queue)).flatMap(({ tasks }) => tasks)
        for (const task of yield* this.registry.unknown(queue, known, startTimeout)) {
          const place = JSON.stringify([queue, task])
          seen.add(place)
          const since = this.unknownSince.get(place)
          if (since === undefined) this.unknownSince.set(place, performance.now())
          else if (performance.now() - since >= startTimeout) {
            this.hub.changed(yield* this.registry.failUnknown(queue, task, startTimeout))
          }
        }
      }
      for (const place of this.unknownSince.keys()) if (!seen.has(place)) this.unknownSince.delete(place)
    })
  }

  // ------------------------------------------------------------------- the end

  /**
   * Takes no more tasks, and waits for the running ones. After `drainTimeout` it stops them, and gives them back without counting the
   * attempt.
   */
  drain(drainTimeout: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.isClosing = true
      const empty = Effect.callback<void>((resume) => {
        if (this.running.size === 0) return resume(Effect.void)
        this.onFree = () => resume(Effect.void)
      })
      const drained = yield* Effect.timeoutOption(empty, drainTimeout)
      if (drained._tag === "None") {
        for (const task of this.running.values()) task.stop("drained")
        yield* Effect.timeoutOption(empty, this.options.lease)
      }
      clearTimeout(this.reportTimer)
      yield* this.settling.idle
      yield* Effect.ignore(this.registry.leave(this.id))
    })
  }
}

const describe = ({ message, reason }: SqlError): string => {
  const { cause } = reason
  return cause instanceof Error && !message.includes(cause.message) ? `${message} (${cause.message})` : message
}
