import type { Access } from "../accesses.ts"
import type { FiberState } from "../FiberState.ts"
import { Prng } from "../Prng.ts"
import { keyOf, type Pair, type Place, SharedAccesses } from "./SharedAccesses.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** Pairs of a write and a read, each of which a schedule should have: the read sees that write. */
interface Wish {
  readonly pairs: ReadonlyArray<Pair>
  tried: number
}

// The next four numbers were found by trial on the programs in bench/races. Numbers near them do as well.

/** How many pairs a schedule is asked for, at most. More of them contradict each other too often. */
const mostPairs = 6
/** How many new pairs a schedule is asked for. Most races need two: each of two fibers reads before the other one writes. */
const newPairs = 2
/** How many random pairs are compared to choose a new one. */
const draws = 48
/** Every third schedule or so is asked for one pair less than the schedule that it is based on. */
const oneInFewer = 3

/** A weight above that of all pairs that may still come. */
const last = 1e9

/**
 * Random schedules, guided by which read saw which write. A schedule in which a read saw a new write is kept. A new schedule is asked for
 * the pairs of a kept one, and for up to two more: a fiber that is about to read waits for the write, and then other fibers that would
 * write the same object wait for the read. All else is random: priorities, drawn again for each step that uses a shared object.
 *
 * The guidance is from Wolff, Shi, Duck, Mathur and Roychoudhury, Greybox Fuzzing for Concurrency Testing (RFF), ASPLOS 2024. The random
 * part is from Yuan, Yang and Gu, Partial Order Aware Concurrency Sampling (POS), CAV 2018.
 */
export class Reads implements Strategy {
  private readonly random: Prng
  private readonly shared: SharedAccesses
  private readonly corpus: Array<Wish> = [{ pairs: [], tried: 0 }]
  /** The pairs that schedules have had. */
  private readonly seen = new Set<number>()
  /** How many schedules were asked for each pair. */
  private readonly asked = new Map<number, number>()
  /** The pairs that did not come although they were asked for. Most of these are impossible. */
  private readonly missed = new Set<number>()
  private wish: Wish = this.corpus[0]!
  /** The wished pairs that have not come yet, by the place of the read. */
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

  /** Keeps the wished pairs that came, if the schedule had a new pair. */
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
    // Now and then one pair is left out, because it may be in the way of others.
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

  /**
   * A read, and a write of another fiber or the initial value. Prefers rare reads, and pairs that were not asked for often, and never in vain.
   */
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
    // The first schedule is a random walk, because nothing is known yet.
    if (this.schedules === 1) return this.random.below(point.count)
    const candidates = point.candidates()
    const { exhausted, free, isPreemption } = point
    if (exhausted !== undefined) exhausted.priority = -1
    // Fibers after these gave way by themselves, so they come after all others.
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
    // If all fibers are held, the wish cannot be fulfilled.
    return best < 0 ? bestHeld : best
  }

  /** Draws the priority again if the fiber's next use of a shared object is another one, or if its object was written since. */
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

  /** Whether a step at this place must wait: it would read before the wished write, or write between that write and its read. */
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
