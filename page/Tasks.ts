import { outcomes, SliceColumn, sliceNumbers, type TraceModel } from "../src/internal/trace/TraceModel.ts"

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
    return this.tasks.number(this.index, SliceColumn.task)
  }

  get name(): string {
    return this.tasks.name(this.index)
  }

  get lane(): number {
    return this.tasks.number(this.index, SliceColumn.lane)
  }

  get group(): number {
    return this.tasks.model.lanes[this.lane]!.group
  }

  get hasRun(): boolean {
    return !this.tasks.model.lanes[this.lane]!.isWaiting
  }

  get start(): number {
    return this.tasks.number(this.index, SliceColumn.start)
  }

  get duration(): number {
    return this.tasks.number(this.index, SliceColumn.duration)
  }

  get end(): number {
    return this.start + this.duration
  }

  get waited(): number {
    return this.hasRun ? this.tasks.number(this.index, SliceColumn.waited) : this.duration
  }

  get outcome(): string {
    return outcomes[this.tasks.number(this.index, SliceColumn.outcome)]!
  }

  get details(): Readonly<Record<string, string | number>> {
    return this.tasks.model.details[this.tasks.number(this.index, SliceColumn.details)] ?? noDetails
  }
}

/** The trace, with what is looked up again and again worked out once. */
export class Tasks {
  readonly model: TraceModel
  /** The indices of the slices of each lane, in the order of their starts. */
  readonly byLane: ReadonlyArray<ReadonlyArray<number>>
  readonly tasks: Array<Task> = []
  readonly byId = new Map<number, Task>()
  /** For each slice whether its task has failed or timed out: asked for all of them in each frame. */
  readonly isBad: Uint8Array
  private readonly numbers: Float64Array

  constructor(model: TraceModel) {
    this.model = model
    this.numbers = Float64Array.from(model.slices)
    const byLane = model.lanes.map((): Array<number> => [])
    const count = this.numbers.length / sliceNumbers
    for (let index = 0; index < count; index++) {
      byLane[this.number(index, SliceColumn.lane)]!.push(index)
      if (this.number(index, SliceColumn.outcome) < 0) continue
      const task = new Task(index, this)
      this.tasks.push(task)
      this.byId.set(task.id, task)
    }
    this.byLane = byLane
    const bad = new Set(
      this.tasks.filter(({ outcome }) => outcome === "failed" || outcome === "timedOut").map(({ id }) => id)
    )
    this.isBad = Uint8Array.from({ length: count }, (_, index) => Number(bad.has(this.number(index, SliceColumn.task))))
  }

  number(index: number, column: number): number {
    return this.numbers[index * sliceNumbers + column]!
  }

  start(index: number): number {
    return this.number(index, SliceColumn.start)
  }

  duration(index: number): number {
    return this.number(index, SliceColumn.duration)
  }

  depth(index: number): number {
    return this.number(index, SliceColumn.depth)
  }

  name(index: number): string {
    return this.model.names[this.number(index, SliceColumn.name)]!
  }

  /** The task that a slice belongs to: the wait of it, or its run. */
  taskOf(index: number): Task | undefined {
    return this.byId.get(this.number(index, SliceColumn.task))
  }

  /** The first slice of a lane that ends after a time. Slices of a depth do not overlap, and what is in one ends before it. */
  firstVisible(lane: ReadonlyArray<number>, time: number): number {
    let [low, high] = [0, lane.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.start(lane[middle]!) < time) low = middle + 1
      else high = middle
    }
    // Those before it may reach into what is shown: the one right before it, and the slices that it is in.
    let first = low
    while (first > 0 && this.depth(lane[first - 1]!) > 0) first--
    return Math.max(0, first - 1)
  }

  /** Those of the same executor that waited while this one ran, the longest wait first. */
  waitedMeanwhile(task: Task): Array<Task> {
    return this.tasks
      .filter((other) => {
        if (other === task || other.waited === 0 || other.group !== task.group) return false
        const runsAt = other.hasRun ? other.start : other.end
        return runsAt > task.start && runsAt - other.waited < task.end
      })
      .toSorted((a, b) => b.waited - a.waited)
  }
}
