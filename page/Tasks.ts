import { outcomes, type TraceModel } from "../src/internal/trace/TraceModel.ts"

const noDetails: Readonly<Record<string, string | number>> = {}

/** A task that has run, or has waited in vain: the slice that tells how it has ended. */
export class Task {
  readonly index: number
  private readonly tasks: Tasks

  constructor(index: number, tasks: Tasks) {
    this.index = index
    this.tasks = tasks
  }

  get id(): number {
    return this.tasks.slices.task[this.index]!
  }

  get name(): string {
    return this.tasks.name(this.index)
  }

  get lane(): number {
    return this.tasks.slices.lane[this.index]!
  }

  get group(): number {
    return this.tasks.group(this.index)
  }

  get hasRun(): boolean {
    return this.tasks.hasRun(this.index)
  }

  get start(): number {
    return this.tasks.slices.start[this.index]!
  }

  get duration(): number {
    return this.tasks.slices.duration[this.index]!
  }

  get waited(): number {
    return this.tasks.waited(this.index)
  }

  /** When it began, or when it was submitted if it never began. */
  get shownFrom(): number {
    return this.hasRun ? this.start : this.start + this.duration - this.waited
  }

  get outcome(): string {
    return this.tasks.outcome(this.index)
  }

  get details(): Readonly<Record<string, string | number>> {
    return this.tasks.details(this.index)
  }
}

/** The tasks of a trace. Numbers are places of slices where nothing else is said. */
export class Tasks {
  readonly model: TraceModel
  readonly slices: TraceModel["slices"]
  /** The slices of each lane, in the order of their starts. */
  readonly byLane: ReadonlyArray<Uint32Array>
  /** The slices that tell how a task has ended: one for each task. */
  readonly all: Uint32Array
  /** The tasks that have not succeeded, those that were stopped by somebody after the others. */
  readonly failures: ReadonlyArray<Task>
  /** The tasks that have failed, timed out, or were stuck. */
  readonly bad: ReadonlyArray<Task>
  /** The tasks that still ran at the end, those that had run the longest first. */
  readonly unended: ReadonlyArray<Task>
  /** The steps at which a schedule differs from the usual one. */
  readonly deviations: ReadonlyArray<Task>
  /** Each slice has a 1 if its task has failed, timed out or was stuck: every frame asks for all of them. */
  readonly isBad: Uint8Array
  private known: Map<number, number> | undefined

  constructor(model: TraceModel) {
    this.model = model
    this.slices = model.slices
    this.byLane = this.sortByLane()
    const { outcome } = this.slices
    const all = new Uint32Array(outcome.length)
    const failures: Array<Task> = []
    const unended: Array<Task> = []
    let count = 0
    for (let index = 0; index < outcome.length; index++) {
      if (outcome[index] === 0) continue
      all[count++] = index
      const end = this.outcome(index)
      if (end === "succeeded") continue
      if (end !== "open") failures.push(new Task(index, this))
      else if (this.hasRun(index)) unended.push(new Task(index, this))
    }
    this.all = all.subarray(0, count)
    this.unended = unended.toSorted((a, b) => b.duration - a.duration)
    const bad = failures.filter(isBad)
    this.bad = bad
    this.deviations = model.isSchedule ? Array.from(this.all, (index) => this.at(index)).filter(isDeviation) : []
    this.failures = [...bad, ...failures.filter((task) => !isBad(task))]
    this.isBad = this.mark(bad)
  }

  private sortByLane(): ReadonlyArray<Uint32Array> {
    const { lane } = this.slices
    const counts = new Uint32Array(this.model.lanes.length)
    for (const each of lane) counts[each]!++
    const lanes = Array.from(counts, (count) => new Uint32Array(count))
    counts.fill(0)
    for (let index = 0; index < lane.length; index++) lanes[lane[index]!]![counts[lane[index]!]!++] = index
    return lanes
  }

  /** Each slice gets a 1 if it is of one of the tasks. */
  mark(tasks: ReadonlyArray<Task>): Uint8Array {
    const { task } = this.slices
    const ids = new Set(tasks.map(({ id }) => id))
    const marks = new Uint8Array(task.length)
    if (ids.size > 0) for (let index = 0; index < task.length; index++) marks[index] = Number(ids.has(task[index]!))
    return marks
  }

  isDeviation(index: number): boolean {
    return this.model.isSchedule && this.details(index)["deviation"] !== undefined
  }

  at(index: number): Task {
    return new Task(index, this)
  }

  /** The task with a number. The first who asks waits until all are looked up. */
  byId(id: number): Task | undefined {
    if (this.known === undefined) {
      this.known = new Map()
      for (const index of this.all) this.known.set(this.slices.task[index]!, index)
    }
    const index = this.known.get(id)
    return index === undefined ? undefined : this.at(index)
  }

  /** The task that a slice belongs to: the wait of it, or its run. */
  taskOf(index: number): Task | undefined {
    return this.byId(this.slices.task[index]!)
  }

  name(index: number): string {
    return this.model.names[this.slices.name[index]!]!
  }

  group(index: number): number {
    return this.model.lanes[this.slices.lane[index]!]!.group
  }

  hasRun(index: number): boolean {
    return !this.model.lanes[this.slices.lane[index]!]!.isWaiting
  }

  waited(index: number): number {
    const waited = this.slices.waited[index]!
    // A wait for which no line was free has a short slice, which says how long it was.
    return this.hasRun(index) ? waited : waited || this.slices.duration[index]!
  }

  outcome(index: number): string {
    return outcomes[this.slices.outcome[index]! - 1]!
  }

  details(index: number): Readonly<Record<string, string | number>> {
    return this.model.details[this.slices.details[index]! - 1] ?? noDetails
  }

  /** The place in a lane of its first slice that ends after a time. Slices of a depth do not overlap, and what is in one ends before it. */
  firstVisible(lane: Uint32Array, time: number): number {
    const { depth, start } = this.slices
    let [low, high] = [0, lane.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (start[lane[middle]!]! < time) low = middle + 1
      else high = middle
    }
    // Earlier slices may reach into what is shown: the one right before it, and the slices that it is in.
    let first = low
    while (first > 0 && depth[lane[first - 1]!]! > 0) first--
    return Math.max(0, first - 1)
  }

  /** The tasks of the same executor that waited while this one ran, the longest wait first. */
  waitedMeanwhile(task: Task): ReadonlyArray<Task> {
    const { duration, start } = this.slices
    const end = task.start + task.duration
    const found = this.all.filter((other) => {
      const waited = this.waited(other)
      if (waited === 0 || other === task.index || this.group(other) !== task.group) return false
      const runsAt = start[other]! + (this.hasRun(other) ? 0 : duration[other]!)
      return runsAt > task.start && runsAt - waited < end
    })
    return Array.from(
      found.toSorted((a, b) => this.waited(b) - this.waited(a)),
      (index) => this.at(index)
    )
  }

  /** The tasks whose name or end is what somebody looks for, or what is known of them, such as the error. */
  find(sought: string): ReadonlyArray<Task> {
    const text = sought.toLowerCase()
    const has = (other: string | number) => typeof other === "string" && other.toLowerCase().includes(text)
    // Names and details are fewer than tasks, mostly.
    const names = this.model.names.map(has)
    const details = [false, ...this.model.details.map((each) => Object.values(each).some(has))]
    const outcome = outcomes.findIndex((each) => each.toLowerCase() === text) + 1
    const { slices } = this
    const found = this.all.filter(
      (index) =>
        names[slices.name[index]!] ||
        details[slices.details[index]!] ||
        (outcome > 0 && slices.outcome[index] === outcome)
    )
    return Array.from(found, (index) => this.at(index))
  }
}

/** A task that somebody has stopped is not bad, unless it was stuck, and had to be stopped by force. */
export const isBad = ({ details, outcome }: Task): boolean =>
  outcome === "failed" || outcome === "timedOut" || details["stuckAt"] !== undefined

const isDeviation = ({ details }: Task): boolean => details["deviation"] !== undefined
