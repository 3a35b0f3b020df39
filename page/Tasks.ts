import type { TraceModel } from "../src/internal/trace/TraceModel.ts"

/** A slice, with all that is known of it. */
export interface Slice {
  readonly index: number
  readonly lane: number
  readonly start: number
  readonly duration: number
  readonly name: string
  readonly depth: number
  readonly details: Readonly<Record<string, string | number>>
}

/** A task that has run, or has waited in vain. */
export interface Task {
  readonly slice: Slice
  readonly id: number
  readonly group: number
  readonly outcome: string
  readonly waited: number
  readonly hasRun: boolean
}

const noDetails = {}

/** The trace, with what is looked up again and again worked out once. */
export class Tasks {
  readonly model: TraceModel
  /** The indices of the slices of each lane, in the order of their starts. */
  readonly byLane: ReadonlyArray<ReadonlyArray<number>>
  readonly tasks: Array<Task> = []
  readonly byId = new Map<number, Task>()
  readonly taskOfSlice = new Map<number, Task>()
  private readonly numbers: Float64Array

  constructor(model: TraceModel) {
    this.model = model
    this.numbers = Float64Array.from(model.slices)
    const byLane = model.lanes.map((): Array<number> => [])
    for (let index = 0; index < this.count; index++) {
      byLane[this.lane(index)]!.push(index)
      this.addTask(index)
    }
    this.byLane = byLane
  }

  get count(): number {
    return this.numbers.length / 6
  }

  lane(index: number): number {
    return this.numbers[index * 6]!
  }

  start(index: number): number {
    return this.numbers[index * 6 + 1]!
  }

  duration(index: number): number {
    return this.numbers[index * 6 + 2]!
  }

  depth(index: number): number {
    return this.numbers[index * 6 + 4]!
  }

  name(index: number): string {
    return this.model.names[this.numbers[index * 6 + 3]!]!
  }

  details(index: number): Readonly<Record<string, string | number>> {
    return this.model.details[this.numbers[index * 6 + 5]!] ?? noDetails
  }

  slice(index: number): Slice {
    return {
      index,
      lane: this.lane(index),
      start: this.start(index),
      duration: this.duration(index),
      name: this.name(index),
      depth: this.depth(index),
      details: this.details(index)
    }
  }

  private addTask(index: number): void {
    const details = this.details(index)
    const { id, outcome } = details
    if (typeof id !== "number" || typeof outcome !== "string") return
    const slice = this.slice(index)
    const { group, isWaiting } = this.model.lanes[slice.lane]!
    const waited = details["waited (µs)"]
    const task: Task = {
      slice,
      id,
      group,
      outcome,
      waited: isWaiting ? slice.duration : typeof waited === "number" ? waited : 0,
      hasRun: !isWaiting
    }
    this.tasks.push(task)
    this.byId.set(id, task)
    this.taskOfSlice.set(index, task)
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
    const [from, to] = [task.slice.start, task.slice.start + task.slice.duration]
    return this.tasks
      .filter((other) => {
        if (other === task || other.group !== task.group || other.waited === 0) return false
        const runsAt = other.hasRun ? other.slice.start : other.slice.start + other.slice.duration
        return runsAt > from && runsAt - other.waited < to
      })
      .sort((a, b) => b.waited - a.waited)
  }
}
