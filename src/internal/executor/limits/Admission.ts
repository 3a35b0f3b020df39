import { LazySet } from "../../LazySet.ts"
import type { RateGate } from "./RateGate.ts"
import { TaskFuture, type Waiting } from "../TaskFuture.ts"
import type { TaskAdmission } from "../TaskOwner.ts"
import type { TaskQueue } from "../queues/TaskQueue.ts"

// A task has the field `cost` only if its cost is not 1.
const costOf = (task: TaskFuture<unknown, unknown>): number => task.cost ?? 1

/** An executor or group, as its admission sees it. */
export interface AdmissionOwner {
  readonly admission: Admission
  readonly parent: AdmissionOwner | undefined
  readonly options: { readonly maxWorkers: number }
  /** The engines from here up to the executor. */
  readonly chain: ReadonlyArray<AdmissionOwner>
  readonly children: Iterable<AdmissionOwner>
  readonly queue: TaskQueue<Waiting>
  /** The workers, which groups share with their executor. */
  readonly dispatcher: { readonly isBelowLimit: boolean }
  /** Takes a node out of its queue, and out of the counters of the engines that it has passed, from this one on. */
  leave(waiting: Waiting): void
}

/**
 * Decides which tasks an engine lets go on, and when: its limit, its pause, its rates.
 *
 * A group passes tasks on to its parent's queue, up to its limit. The executor at the top gives them workers. Blocked tasks that want a
 * worker again are held up only by the limit.
 */
export class Admission implements TaskAdmission<TaskFuture<unknown, unknown>> {
  /**
   * How many tasks have a worker at a time, at most. For a group this includes the tasks in its parent's queue, so that groups take turns.
   */
  maxWorkers: number
  /** The limit of this engine, whatever those above it have. */
  private ownMaxWorkers: number
  private paused = false
  /** The rate limit, set before the first submission. */
  gate: RateGate | undefined = undefined
  /** Whether this engine or one above it has rates. */
  isRated: boolean
  /** Whether its tasks take turns with those of other keys: then only one at a time is in the parent's queue. */
  private takesTurns = false
  /** Tasks of a group that are in its parent's queue. */
  readonly forwarded = new LazySet<TaskFuture<unknown, unknown>>()
  /** The number of a group's nodes that have a worker or are in the parent's queue. */
  private granted = 0
  // A lower bound for the priorities of `forwarded`.
  private leastForwarded = Infinity
  private readonly engine: AdmissionOwner

  constructor(engine: AdmissionOwner, maxWorkers: number) {
    this.engine = engine
    this.ownMaxWorkers = maxWorkers
    this.maxWorkers = this.boundedMaxWorkers
    this.isRated = engine.parent?.admission.isRated ?? false
  }

  private get boundedMaxWorkers(): number {
    return Math.min(this.ownMaxWorkers, this.engine.parent?.admission.maxWorkers ?? Infinity)
  }

  /** Sets the limit. With `undefined` it follows the parent's, here and in the groups below. */
  setMaxWorkers(maxWorkers = this.ownMaxWorkers): void {
    this.ownMaxWorkers = maxWorkers
    this.maxWorkers = this.boundedMaxWorkers
    for (const child of this.engine.children) child.admission.setMaxWorkers()
    if (this.engine.parent !== undefined) this.revokeSurplus()
  }

  get isPaused(): boolean {
    return this.paused
  }

  setPaused(isPaused: boolean): void {
    this.paused = isPaused
    if (this.engine.parent !== undefined) this.revokeSurplus()
  }

  setGate(gate: RateGate): void {
    this.gate = gate
    this.isRated = true
  }

  takeTurns(): void {
    this.takesTurns = true
  }

  /** Whether all settings are as they were made, and the rates are as they were at first. */
  get isAsMade(): boolean {
    const { gate, isPaused, ownMaxWorkers } = this
    return (
      !isPaused && ownMaxWorkers === this.engine.options.maxWorkers && (gate === undefined || gate.resetsIn() === 0)
    )
  }

  /** Whether no task may begin now, even if there are free workers. */
  get isHeld(): boolean {
    return this.isPaused || (this.gate !== undefined && this.gate.isClosed)
  }

  /** Whether nothing waits here and the limit allows one more. */
  get isFree(): boolean {
    const { parent, queue, dispatcher } = this.engine
    if (queue.size > 0 || this.isHeld) return false
    return parent === undefined ? dispatcher.isBelowLimit : this.granted < this.maxWorkers
  }

  // ------------------------------------------------------------------ at the top

  /** The first task in the executor's queue that may have a worker now. */
  takeNext(): Waiting | undefined {
    const { queue } = this.engine
    for (let node = queue.first; node !== undefined; node = queue.first) {
      if (!(node instanceof TaskFuture)) return queue.take()
      if (this.isHeld) return undefined
      if (!node.engine.admission.isRated) return queue.take()
      const refusing = node.engine.admission.pay(node)
      if (refusing === undefined) return queue.take()
      if (refusing === this) return undefined
      refusing.refuse(node)
    }
    return undefined
  }

  /**
   * Takes the cost of one of this engine's tasks from all rates that apply to it. Returns the admission whose rate refuses, if one does.
   */
  pay(task: TaskFuture<unknown, unknown>): Admission | undefined {
    // A task that is being cancelled leaves by itself as soon as its fiber runs.
    if (task.isStopping) return undefined
    const cost = costOf(task)
    const { chain } = this.engine
    for (const { admission } of chain) {
      if (admission.gate === undefined || admission.gate.take(cost, task)) continue
      for (const { admission: paid } of chain) {
        if (paid === admission) return admission
        paid.gate?.refund(cost)
      }
    }
    return undefined
  }

  /** The rate does not let the task begin. It waits here, and other tasks take its place further up. */
  refuse(task: TaskFuture<unknown, unknown>): void {
    this.sendBack(task)
    for (const { admission, parent } of this.engine.chain) if (parent !== undefined) admission.forwardTo(parent)
  }

  // --------------------------------------------------------------------- a group

  forwardTo(parent: AdmissionOwner): void {
    const { queue } = this.engine
    while (this.mayForward || this.giveWay()) {
      const node = queue.take()
      if (node === undefined) return
      this.granted++
      if (node instanceof TaskFuture) this.wasForwarded(node)
      parent.queue.push(node)
    }
  }

  private get mayForward(): boolean {
    if (this.granted >= this.maxWorkers) return false
    if (!this.isHeld && (this.forwarded.size === 0 || !this.forwardsOne)) return true
    const { first } = this.engine.queue
    return first !== undefined && !(first instanceof TaskFuture)
  }

  /** Whether only one task at a time goes to the parent's queue. If it has to come back and wait for a rate, no later task is ahead of it. */
  private get forwardsOne(): boolean {
    return this.takesTurns || this.gate !== undefined
  }

  /** The task is in the parent's queue now. */
  wasForwarded(task: TaskFuture<unknown, unknown>): void {
    this.forwarded.add(task)
    this.leastForwarded = Math.min(this.leastForwarded, task.priority)
  }

  /** Takes back the last task in the parent's queue that is less urgent than the first one here. */
  private giveWay(): boolean {
    const { first } = this.engine.queue
    if (first === undefined || first.priority <= this.leastForwarded || this.isHeld) return false
    let least: TaskFuture<unknown, unknown> | undefined
    for (const task of this.forwarded) if (least === undefined || task.priority <= least.priority) least = task
    this.leastForwarded = least?.priority ?? Infinity
    if (least === undefined || least.priority >= first.priority || !least.revoke()) return false
    this.sendBack(least)
    return true
  }

  /** A task comes back from the parent's queue, and waits here before the others. */
  private sendBack(task: TaskFuture<unknown, unknown>): void {
    this.engine.leave(task)
    this.engine.queue.unshift(task)
  }

  /** A task has got its worker. Returns whether the next may go to the parent's queue now. */
  isNext(task: TaskFuture<unknown, unknown>): boolean {
    this.forwarded.delete(task)
    return this.engine.queue.size > 0 && this.forwardsOne && this.mayForward
  }

  /** A node has left the parent's queue, or given back its worker. */
  left(node?: Waiting): void {
    this.granted--
    if (node instanceof TaskFuture) this.forwarded.delete(node)
  }

  /** Takes back tasks from the parent's queue that are above the limit now. */
  revokeSurplus(): void {
    const isHeld = this.isHeld
    for (const task of Array.from(this.forwarded).toReversed()) {
      if (!isHeld && this.granted <= this.maxWorkers) return
      if (task.revoke()) this.sendBack(task)
    }
  }
}
