/** The objects that an event uses, by their names: `true` for a change, `false` for a read. */
export type Footprint = Map<number, boolean>

/** Every event uses this, and an event whose order matters to all others changes it. Names are whole numbers, so this is not one. */
export const everything = 0.5

export const use = (footprint: Footprint, object: number, isChange: boolean): void => {
  if (isChange || !footprint.has(object)) footprint.set(object, isChange)
}

/** Whether the order of the two makes a difference. */
export const conflicts = (one: Footprint, other: Footprint): boolean => {
  const [small, large] = one.size <= other.size ? [one, other] : [other, one]
  for (const [object, isChange] of small) {
    const changes = large.get(object)
    if (changes !== undefined && (isChange || changes)) return true
  }
  return false
}

/** The events of a fiber, or of a task, between two decisions. */
interface Happening {
  /** The owner, and the number of the event among the owner's, counted from 1. */
  readonly owner: number
  readonly turn: number
  readonly footprint: Footprint
  /** The index of the event of another owner that let this one go on, if there is one. */
  readonly enabledBy: number | undefined
  /** The events that it directly follows. */
  readonly after: ReadonlyArray<number>
  /** How many events of each owner come before it, including itself. */
  readonly clock: ReadonlyMap<number, number>
}

/** Two events that could have come in the opposite order. */
export interface Race {
  readonly first: number
  readonly second: number
}

/**
 * The order that the events of one schedule must keep. Two events are ordered if they have one owner, or if both use the same object and
 * one changes it, or through others (Mazurkiewicz, Trace Theory, 1987). All schedules that keep the order end alike.
 */
export class HappensBefore {
  readonly happenings: Array<Happening> = []
  private readonly turns = new Map<number, number>()
  private readonly changes = new Map<number, number>()
  private readonly looks = new Map<number, Array<number>>()
  /** The events that come before all later ones. */
  private base: ReadonlyMap<number, number> = new Map()

  clear(): void {
    this.happenings.length = 0
    this.turns.clear()
    this.base = new Map()
    this.changes.clear()
    this.looks.clear()
  }

  /** No fiber could go on, so all earlier events come before all later ones. */
  settle(): void {
    this.base = new Map(this.turns)
    this.changes.clear()
    this.looks.clear()
  }

  add(owner: number, footprint: Footprint, enabledBy: number | undefined): void {
    const at = this.happenings.length
    const turn = (this.turns.get(owner) ?? 0) + 1
    this.turns.set(owner, turn)
    const before = this.before(footprint)
    const clock = new Map(this.base)
    for (const each of before) merge(clock, this.happenings[each]!.clock)
    clock.set(owner, turn)
    const after = before.filter((each) => !before.some((other) => other !== each && this.isOrdered(each, other)))
    this.happenings.push({ owner, turn, footprint, enabledBy, after, clock })
    for (const [object, isChange] of footprint) {
      if (isChange) {
        this.changes.set(object, at)
        this.looks.delete(object)
      } else {
        const looks = this.looks.get(object)
        if (looks === undefined) this.looks.set(object, [at])
        else looks.push(at)
      }
    }
  }

  private before(footprint: Footprint): Array<number> {
    const before = new Set<number>()
    for (const [object, isChange] of footprint) {
      const changed = this.changes.get(object)
      if (changed !== undefined) before.add(changed)
      if (isChange) for (const looked of this.looks.get(object) ?? []) before.add(looked)
    }
    return Array.from(before)
  }

  /** Whether the first event must come before the second. */
  isOrdered(first: number, second: number): boolean {
    const { owner, turn } = this.happenings[first]!
    return (this.happenings[second]!.clock.get(owner) ?? 0) >= turn
  }

  /** The races of one event with earlier ones. */
  racesOf(second: number): Array<Race> {
    const { after, enabledBy, owner } = this.happenings[second]!
    return after
      .filter((first) => first !== enabledBy && this.happenings[first]!.owner !== owner)
      .map((first) => ({ first, second }))
  }

  /**
   * The fibers that could go first if the second event of a race comes before the first. Candidates are the second event, and the events in
   * between that need not follow the first. Those count that need not follow another candidate (Abdulla, Aronis, Jonsson and Sagonas,
   * Optimal Dynamic Partial Order Reduction, POPL 2014).
   */
  initials({ first, second }: Race): ReadonlySet<number> {
    const kept: Array<number> = []
    const initials = new Set<number>()
    const owners = new Set<number>()
    for (let at = first + 1; at <= second; at++) {
      if (at !== second && this.isOrdered(first, at)) continue
      const { owner } = this.happenings[at]!
      if (!owners.has(owner) && !kept.some((each) => this.isOrdered(each, at))) initials.add(owner)
      owners.add(owner)
      kept.push(at)
    }
    return initials
  }
}

const merge = (into: Map<number, number>, clock: ReadonlyMap<number, number>): void => {
  for (const [owner, turn] of clock) if ((into.get(owner) ?? 0) < turn) into.set(owner, turn)
}
