import type { Access } from "../accesses.ts"
import { eventOf, type FiberState } from "../FiberState.ts"

/** A step of a fiber that uses shared objects. */
export interface SharedStep {
  /** The fiber's step, by a name that all schedules have for it. */
  readonly event: number
  readonly fiber: number
  /** The objects that it reads and those that it writes, by names that all schedules have for them. */
  readonly reads: Set<number>
  readonly writes: Set<number>
}

/** Who uses an object. */
export interface Users {
  readonly readers: Array<SharedStep>
  readonly writers: Array<SharedStep>
}

/** A write, and the read that saw it; `0` stands for what the object was made with. */
export interface Pair {
  readonly write: number
  readonly read: number
  readonly object: number
}

export const keyOf = ({ object, read, write }: Pair): string => `${write} ${read} ${object}`

/**
 * What the schedules so far have told of the steps that use shared objects. Which step a fiber is going to do next is not to
 * be seen; that it does again what it did at its same step before is a guess, which costs nothing but chances if it is wrong.
 */
export class SharedAccesses {
  readonly users = new Map<number, Users>()
  private readonly steps = new Map<number, SharedStep>()
  // Of the schedule at hand.
  private names = new WeakMap<object, number>()
  private unnamed = 0
  private readonly lastWrites = new Map<number, SharedStep>()
  private readonly written = new Map<number, number>()
  readonly pairs: Array<Pair> = []
  /** What has been done. */
  readonly done = new Set<number>()

  /** Forgets the schedule at hand. */
  begin(): void {
    this.names = new WeakMap()
    this.unnamed = 0
    this.lastWrites.clear()
    this.written.clear()
    this.pairs.length = 0
    this.done.clear()
  }

  /** The shared step that the fiber does next, as far as one can tell. */
  pending(state: FiberState): SharedStep | undefined {
    return this.steps.get(eventOf(state.name, state.steps + 1))
  }

  /** How often the object has been written. */
  version(object: number): number {
    return this.written.get(object) ?? 0
  }

  /** Notes what a fiber does, and gives the step that it is. */
  note(state: FiberState, object: object, access: Access): SharedStep | undefined {
    if (access === "made") {
      if (!this.names.has(object)) this.names.set(object, state.nameNext())
      return undefined
    }
    const name = this.nameOf(object)
    const event = eventOf(state.name, state.steps)
    const step = this.stepOf(event, state.name)
    const users = this.usersOf(name)
    this.done.add(event)
    if (access !== "write") {
      if (!step.reads.has(name)) users.readers.push(step)
      step.reads.add(name)
      const last = this.lastWrites.get(name)
      if (last?.fiber !== state.name) this.pairs.push({ object: name, read: event, write: last?.event ?? 0 })
    }
    if (access !== "read") {
      if (!step.writes.has(name)) users.writers.push(step)
      step.writes.add(name)
      this.lastWrites.set(name, step)
      this.written.set(name, this.version(name) + 1)
    }
    return step
  }

  private nameOf(object: object): number {
    const known = this.names.get(object)
    if (known !== undefined) return known
    // Made before anybody looked: by the order in which such objects turn up.
    const name = ++this.unnamed
    this.names.set(object, name)
    return name
  }

  private stepOf(event: number, fiber: number): SharedStep {
    let step = this.steps.get(event)
    if (step === undefined) this.steps.set(event, (step = { event, fiber, reads: new Set(), writes: new Set() }))
    return step
  }

  private usersOf(object: number): Users {
    let users = this.users.get(object)
    if (users === undefined) this.users.set(object, (users = { readers: [], writers: [] }))
    return users
  }
}
