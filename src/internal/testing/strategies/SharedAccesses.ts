import type { Access } from "../accesses.ts"
import { eventOf, type FiberState } from "../FiberState.ts"

/**
 * A step that uses a shared object, recognized by the earlier uses of its fiber. That stands for its place in the source, so it is the same
 * for fibers that do the same, and in each round of a loop.
 */
export interface Place {
  readonly id: number
  /** The fiber that was here, or `undefined` if several were. */
  fiber: number | undefined
  /** How often a fiber was here. */
  visits: number
  readonly reads: Set<number>
  readonly writes: Set<number>
}

/** The parts of a fiber's state that tell where it uses something. */
type User = Pick<FiberState, "name" | "fiber" | "steps" | "used" | "usedBefore" | "usedAt" | "place">

const userOf = ({ fiber, name, place, steps, used, usedAt, usedBefore }: User): User => ({
  fiber,
  name,
  place,
  steps,
  used,
  usedBefore,
  usedAt
})

interface Use {
  readonly user: User
  readonly steps: number
  readonly object: number
  readonly access: Access
}

/** The places at which an object is used. */
interface Users {
  readonly readers: Array<Place>
  readonly writers: Array<Place>
}

/** A write, and the read that saw it, by their places. `0` stands for the initial value. */
export interface Pair {
  readonly object: number
  readonly write: number
  readonly read: number
}

export const keyOf = ({ object, read, write }: Pair): number => eventOf(eventOf(object, read), write)

/**
 * Knowledge from earlier schedules about the steps that use shared objects. The next step of a fiber is not visible. Its kind is guessed
 * from what the fiber did before after the same uses and as many steps. A wrong guess costs only chances.
 */
export class SharedAccesses {
  readonly users = new Map<number, Users>()
  /** The kind of each fiber, by its name. Fibers are of the same kind if they did the same in their first schedule. */
  private readonly kinds = new Map<number, number>()
  private readonly places = new Map<number, Place>()
  /** The place of the next step, by the earlier uses of its fiber and the number of steps since. */
  private readonly guesses = new Map<number, Place>()
  // Of the schedule at hand.
  private names = new WeakMap<object, number>()
  private unnamed = 0
  private readonly writers = new Map<number, { readonly place: number; readonly fiber: number }>()
  private readonly written = new Map<number, number>()
  private step: User | undefined = undefined
  private stepAt = -1
  private place: Place | undefined = undefined
  readonly pairs: Array<Pair> = []
  /** The objects that each fiber has used, in order, as one number. */
  private readonly trails = new Map<number, number>()
  /** Uses in the first schedule, until the kinds of fibers are known. */
  private firstUses: Array<Use> | undefined = []

  /** Forgets the present schedule. */
  begin(): void {
    this.learnKinds()
    this.forget()
    this.names = new WeakMap()
    this.unnamed = 0
  }

  private forget(): void {
    this.writers.clear()
    this.written.clear()
    this.pairs.length = 0
    this.step = this.place = undefined
  }

  /**
   * A hundred fibers that do the same use objects at the same places, as in the source. Which ones do is known only after the first
   * schedule, whose uses are then recorded again.
   */
  private learnKinds(): void {
    const { firstUses } = this
    for (const [name, trail] of this.trails) if (!this.kinds.has(name)) this.kinds.set(name, trail)
    this.trails.clear()
    if (firstUses === undefined || firstUses.length === 0) return
    this.firstUses = undefined
    this.forget()
    this.users.clear()
    this.places.clear()
    this.guesses.clear()
    const again = new Map<User, User>()
    for (const { access, object, steps, user } of firstUses) {
      let known = again.get(user)
      if (known === undefined)
        again.set(user, (known = { ...userOf(user), used: 0, usedBefore: 0, usedAt: 0, place: 0 }))
      known.steps = steps
      this.noteUse(known, object, access)
    }
    this.trails.clear()
  }

  /** The place of the fiber's next step if it probably uses a shared object. */
  pending(state: FiberState): Place | undefined {
    return this.guesses.get(eventOf(this.contextOf(state), state.steps + 1 - state.usedAt))
  }

  /** How often the object has been written. */
  version(object: number): number {
    return this.written.get(object) ?? 0
  }

  /** The place that wrote the object last. */
  lastWrite(object: number): number {
    return this.writers.get(object)?.place ?? 0
  }

  /** Records an access. Returns the name of the object, or nothing for an object that has just been made. */
  note(
    state: FiberState,
    object: object,
    access: Access
  ): { readonly object: number; readonly place: Place } | undefined {
    if (access === "made") {
      if (!this.names.has(object)) this.names.set(object, state.nameNext())
      return undefined
    }
    if (access === "interrupt") return void this.noteInterrupt(state, object)
    this.noteProgress(state)
    const name = this.nameOf(object)
    this.firstUses?.push({ user: state, steps: state.steps, object: name, access })
    return { object: name, place: this.noteUse(state, name, access) }
  }

  /** With each use, a fiber comes to a state in which an interruption may do something else. */
  private noteProgress({ fiber, name }: FiberState): void {
    if (fiber === undefined) return
    const progress = progressOf(name)
    this.names.set(fiber, progress)
    this.written.set(progress, this.version(progress) + 1)
  }

  /** An interruption is a write to the state of a fiber. One that has used nothing yet is in no state that matters. */
  private noteInterrupt(state: FiberState, fiber: object): void {
    const name = this.names.get(fiber)
    if (name !== undefined) this.placeOf(state, name, "interrupt").writes.add(name)
  }

  private noteUse(state: User, name: number, access: Access): Place {
    const place = this.placeOf(state, name, access)
    const users = this.usersOf(name)
    if (access !== "write") {
      // A task that wakes others cannot wait for a write.
      if (!place.reads.has(name) && state.fiber !== undefined) users.readers.push(place)
      place.reads.add(name)
      const last = this.writers.get(name)
      if (last?.fiber !== state.name) this.pairs.push({ object: name, read: place.id, write: last?.place ?? 0 })
    }
    if (access !== "read") {
      if (!place.writes.has(name)) users.writers.push(place)
      place.writes.add(name)
      this.writers.set(name, { place: place.id, fiber: state.name })
      this.written.set(name, this.version(name) + 1)
    }
    const use = useOf(name, access)
    // A wait for a permit reads it several times.
    if (state.used !== use) {
      if (state.fiber !== undefined) this.trails.set(state.name, eventOf(this.trails.get(state.name) ?? 0, use))
      state.usedBefore = state.used
      state.used = use
    }
    state.usedAt = state.steps
    return place
  }

  /** The place of the fiber's present step, by its first use. */
  private placeOf(state: User, object: number, access: Access): Place {
    if (this.step === state && this.stepAt === state.steps && this.place !== undefined) return this.place
    const context = this.contextOf(state)
    // A fiber that waited for a permit and tries again is at the same place.
    const isAgain = access === "change" && state.used === useOf(object, access)
    const id = isAgain ? state.place : eventOf(context, object)
    state.place = id
    let place = this.places.get(id)
    if (place === undefined) {
      this.places.set(id, (place = { id, fiber: state.name, visits: 0, reads: new Set(), writes: new Set() }))
    }
    if (place.fiber !== state.name) place.fiber = undefined
    if (!isAgain) place.visits++
    this.guesses.set(eventOf(context, state.steps - state.usedAt), place)
    this.step = state
    this.stepAt = state.steps
    this.place = place
    return place
  }

  /** The kind of the fiber, and its earlier uses. */
  private contextOf({ fiber, name, used, usedBefore }: User): number {
    const kind = fiber === undefined ? this.kinds.get(name) : (this.kinds.get(name) ?? newcomer)
    return eventOf(eventOf(kind ?? task, used), usedBefore)
  }

  private nameOf(object: object): number {
    const known = this.names.get(object)
    if (known !== undefined) return known
    // An object that was made before it could be seen is named by the order of discovery.
    const name = ++this.unnamed
    this.names.set(object, name)
    return name
  }

  private usersOf(object: number): Users {
    let users = this.users.get(object)
    if (users === undefined) this.users.set(object, (users = { readers: [], writers: [] }))
    return users
  }
}

/** The kind of fibers that were in no earlier schedule, and of tasks that wake others, which are new in each schedule. */
const newcomer = 1
const task = 2

/** An object with what is done to it. */
const useOf = (object: number, access: Access): number => eventOf(object, access === "read" ? 1 : 2)

/** The state of a fiber, as an object. */
const progressOf = (fiber: number): number => eventOf(fiber, -2)
