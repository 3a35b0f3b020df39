const sum = (one = 0, other: number): number => (one + other) % 2 ** 52

/** Two numbers as one of 53 bits that hardly any other two give. There are millions of pasts, too many for 32 bits. */
const eventOf = (one: number, other: number): number => {
  const low = mixed(one, other, 0x85ebca6b)
  const high = mixed(one / 2 ** 32, other ^ low, 0xc2b2ae35)
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

const mixed = (one: number, other: number, factor: number): number => {
  let h = Math.imul(one ^ Math.imul(other + 0x9e3779b9, factor), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  return (h ^ (h >>> 13)) | 0
}

// As many as take some tens of megabytes.
const most = 1_000_000

/**
 * Checks whether steps with the same knowledge do the same.
 *
 * If fibers share nothing but observed objects, a step is determined by the past of its fiber and by the objects that it reads. If a step
 * with the same past does something different, it depends on something that is not observed.
 */
export class CausalPast {
  /** The event after each past, in all schedules. */
  private readonly next = new Map<number, number>()
  private isKept = true
  // The pasts of each fiber and of the last change of each object, in the present schedule.
  private readonly fibers = new Map<number, number>()
  private readonly objects = new Map<number, number>()
  /** The pasts of fibers that have read an object since its last change, in any order. */
  private readonly lookers = new Map<number, number>()
  private base = 0
  private at = 0

  begin(): void {
    this.fibers.clear()
    this.objects.clear()
    this.lookers.clear()
    this.base = this.at = 0
  }

  /** No fiber could go on, so later events may know all earlier ones. */
  settle(): void {
    let all = this.base
    for (const past of Array.from(this.fibers.values()).toSorted((a, b) => a - b)) all = eventOf(all, past)
    this.base = all
  }

  /** A fiber goes on, after its own past. `told` is the knowledge that others may have given it. */
  resume(fiber: number, told: number): void {
    this.at = eventOf(eventOf(this.fibers.get(fiber) ?? fiber, this.base), this.objects.get(told) ?? 0)
  }

  /** A fiber lets another go on. `place` is how far it is, for fibers that interrupt it. */
  leave(fiber: number, place: number): void {
    this.fibers.set(fiber, this.at)
    this.objects.set(place, this.at)
  }

  /** A fiber passes its knowledge to a fiber that it wakes or makes. */
  wake(fiber: number): void {
    this.fibers.set(fiber, eventOf(this.fibers.get(fiber) ?? fiber, this.at))
  }

  look(object: number): void {
    this.at = eventOf(this.at, this.objects.get(object) ?? 0)
    this.lookers.set(object, sum(this.lookers.get(object), this.at))
  }

  /** A fiber that changes an object knows which fibers have read it since the last change, such as those that wait for a Deferred. */
  change(object: number): void {
    this.at = eventOf(this.at, this.lookers.get(object) ?? 0)
    this.objects.set(object, this.at)
    this.lookers.delete(object)
  }

  /** A member of a set has gone. The order among members does not matter. */
  leaves(several: number, one: number): void {
    this.objects.set(several, sum(this.objects.get(several), one))
  }

  /** A fiber does this. `false` if it did something different after the same past. */
  does(what: number): boolean {
    const known = this.next.get(this.at)
    if (known !== undefined && known !== what) return false
    if (known === undefined && this.isKept) {
      this.next.set(this.at, what)
      this.isKept = this.next.size < most
    }
    this.at = eventOf(this.at, what)
    return true
  }
}
