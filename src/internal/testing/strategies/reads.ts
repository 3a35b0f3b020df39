import type { Access } from "../accesses.ts"
import type { FiberState } from "../FiberState.ts"
import { Prng } from "../Prng.ts"
import { keyOf, type Pair, type Place, SharedAccesses } from "./SharedAccesses.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** The pairs that a schedule asks for. Those that came are kept if the schedule brought a new pair. */
interface Wish {
  readonly pairs: ReadonlyArray<Pair>
  tried: number
}

// Found by trial on the programs in bench/races, as good as others near them. More pairs contradict each other too often.
const mostPairs = 6
// A race needs two as a rule: each of two fibers sees the state before the other one's write.
const newPairs = 2
const draws = 48
const oneInFewer = 3

// More than a pair can be asked for: it is asked for last.
const last = 1e9

/**
 * Guided by which read saw which write: schedules that brought a new pair of the two are kept, and each new schedule asks
 * for what one of them asked for and two pairs more. A fiber that is about to read waits for the write, and then all wait that would
 * write the same before the read. Beyond that chance decides, anew for each step that uses a shared object.
 *
 * The guidance is from Wolff, Shi, Duck, Mathur and Roychoudhury, Greybox Fuzzing for Concurrency Testing (RFF), ASPLOS
 * 2024; how chance decides, from Yuan, Yang and Gu, Partial Order Aware Concurrency Sampling (POS), CAV 2018.
 */
export class Reads implements Strategy {
  private readonly random: Prng
  private readonly shared: SharedAccesses
  private readonly corpus: Array<Wish> = [{ pairs: [], tried: 0 }]
  /** The pairs that schedules have had, how many have asked for each, and those that did not come then: most of these cannot. */
  private readonly seen = new Set<number>()
  private readonly asked = new Map<number, number>()
  private readonly missed = new Set<number>()
  private wish: Wish = this.corpus[0]!
  /** Pairs that are wished for and have not come yet, by the place of the read. */
  private readonly open = new Map<number, Pair>()
  private schedules = 0

  constructor(seed: number, shared = new SharedAccesses()) {
    this.random = new Prng(seed)
    this.shared = shared
  }

  next(): boolean {
    if (this.schedules > 0) this.keep()
    this.shared.begin()
    if (++this.schedules > 1) this.wish = this.ask()
    this.open.clear()
    for (const pair of this.wish.pairs) this.open.set(pair.read, pair)
    return true
  }

  /** Keeps what was asked for and came, if the schedule brought something new. */
  private keep(): void {
    const before = this.seen.size
    for (const pair of this.shared.pairs) this.seen.add(keyOf(pair))
    for (const pair of this.open.values()) this.missed.add(keyOf(pair))
    if (this.seen.size === before || this.wish.pairs.length === 0) return
    this.corpus.push({ pairs: this.wish.pairs.filter(({ read }) => !this.open.has(read)), tried: 0 })
  }

  private ask(): Wish {
    const { corpus, random } = this
    let from = corpus[random.below(corpus.length)]!
    const other = corpus[random.below(corpus.length)]!
    if (other.tried < from.tried) from = other
    from.tried++
    const pairs = Array.from(from.pairs)
    // Fewer now and then, so that a pair which is in the way of others goes.
    if (pairs.length > 0 && random.below(oneInFewer) === 0) pairs.splice(random.below(pairs.length), 1)
    for (let i = 0; i < newPairs; i++) {
      const pair = this.draw()
      const same = pairs.findIndex(({ read }) => read === pair?.read)
      if (pair === undefined || (i > 0 && same >= 0)) break
      if (same >= 0) pairs.splice(same, 1)
      else if (pairs.length >= mostPairs) pairs.splice(random.below(pairs.length), 1)
      pairs.push(pair)
    }
    return { pairs, tried: 0 }
  }

  /** A read and a write of another fiber, or what the object was made with: one that is rare, has not been asked for often, and has not been asked for in vain. */
  private draw(): Pair | undefined {
    const { asked, missed, random, seen } = this
    const objects = Array.from(this.shared.users)
    let best: Pair | undefined
    let least = Infinity
    for (let tries = 0; tries < draws && objects.length > 0; tries++) {
      const [object, { readers, writers }] = objects[random.below(objects.length)]!
      const read = rarer(readers[random.below(readers.length)], readers[random.below(readers.length)])
      if (read === undefined) continue
      const others = writers.filter((write) => write.fiber === undefined || write.fiber !== read.fiber)
      if (others.length === 0) continue
      const isFirst = random.below(2) === 0
      const write = isFirst ? 0 : others[random.below(others.length)]!.id
      const pair = { object, read: read.id, write }
      const key = keyOf(pair)
      const weight = (asked.get(key) ?? 0) + (seen.has(key) ? 1 : 0) + (missed.has(key) ? last : 0)
      if (weight >= least) continue
      best = pair
      least = weight
    }
    if (best !== undefined) asked.set(keyOf(best), (asked.get(keyOf(best)) ?? 0) + 1)
    return best
  }

  choose(point: ChoicePoint): number {
    // Nothing is known yet: a random walk.
    if (this.schedules === 1) return this.random.below(point.count)
    const candidates = point.candidates()
    const { exhausted, free, isPreemption } = point
    if (exhausted !== undefined) exhausted.priority = -1
    // Fibers behind these gave way of their own: they come after all others.
    const among = isPreemption ? candidates.length : free
    let best = -1
    let bestHeld = 0
    for (let i = 0; i < among; i++) {
      const state = candidates[i]!
      const place = this.shared.pending(state)
      this.drawFor(state, place)
      if (place !== undefined && this.isHeld(place)) {
        if (state.priority > candidates[bestHeld]!.priority) bestHeld = i
      } else if (best < 0 || state.priority > candidates[best]!.priority) best = i
    }
    // If all are held, what is wished for cannot be had.
    return best < 0 ? bestHeld : best
  }

  /** Draws a priority anew for another step that uses something shared, and for one whose object has been written since. */
  private drawFor(state: FiberState, place: Place | undefined): void {
    const isNew = Number.isNaN(state.priority)
    if (place === undefined && !isNew) return
    const wanted = place === undefined ? state.steps : this.stampOf(state, place)
    if (state.drawnFor === wanted && !isNew) return
    state.drawnFor = wanted
    state.priority = this.random.next()
  }

  private stampOf(state: FiberState, place: Place): number {
    let stamp = (place.id + state.usedAt) | 0
    for (const object of place.reads) stamp = (stamp + this.shared.version(object)) | 0
    for (const object of place.writes) stamp = (stamp + this.shared.version(object)) | 0
    return stamp
  }

  /** Whether it would read before the write that is wished for, or write between that and its read. */
  private isHeld(place: Place): boolean {
    if (this.open.size === 0) return false
    const own = this.open.get(place.id)
    if (own !== undefined) return this.shared.lastWrite(own.object) !== own.write
    if (place.writes.size === 0) return false
    for (const { object, write } of this.open.values()) {
      if (place.writes.has(object) && this.shared.lastWrite(object) === write) return true
    }
    return false
  }

  readonly accessed = (state: FiberState, object: object, access: Access): void => {
    const { open } = this
    const noted = this.shared.note(state, object, access)
    if (noted === undefined || open.size === 0) return
    const pair = open.get(noted.place.id)
    if (pair !== undefined && access !== "write" && pair.object === noted.object) open.delete(noted.place.id)
  }
}

const rarer = (one: Place | undefined, other: Place | undefined): Place | undefined =>
  one === undefined || other === undefined || one.visits <= other.visits ? one : other
