import type { Access } from "../accesses.ts"
import type { FiberState } from "../FiberState.ts"
import { Prng } from "../Prng.ts"
import { keyOf, type Pair, SharedAccesses, type SharedStep } from "./SharedAccesses.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** The pairs that a schedule asks for. It is kept if it brought a new pair. */
interface Wish {
  readonly pairs: ReadonlyArray<Pair>
  tried: number
}

// More of them contradict each other too often.
const mostPairs = 6

/**
 * Guided by which read saw which write: schedules that brought a new pair of the two are kept, and each new schedule asks
 * what one of them asked for and one pair more. A fiber that is about to read waits for the write, and then all wait that would write
 * the same before the read. Beyond that chance decides, anew for each step that uses a shared object.
 *
 * The guidance is from Wolff, Shi, Duck, Mathur and Roychoudhury, Greybox Fuzzing for Concurrency Testing (RFF), ASPLOS
 * 2024; how chance decides, from Yuan, Yang and Gu, Partial Order Aware Concurrency Sampling (POS), CAV 2018.
 */
export class Reads implements Strategy {
  readonly isKnown = false
  readonly isExhaustive = false
  private readonly random: Prng
  private readonly shared: SharedAccesses
  private readonly corpus: Array<Wish> = [{ pairs: [], tried: 0 }]
  private readonly seen = new Set<string>()
  private wish: Wish = this.corpus[0]!
  private hasRun = false
  /** The writes that reads wait for, by read. */
  private readonly awaited = new Map<number, Pair>()
  /** The reads that nobody may overtake with another write, by object. */
  private readonly guarded = new Map<number, number>()
  /** Whether chance decides anew for each step and not only for those that use a shared object. */
  private isFine = false

  constructor(seed: number, shared = new SharedAccesses()) {
    this.random = new Prng(seed)
    this.shared = shared
  }

  next(): boolean {
    if (this.hasRun) this.keep()
    this.shared.begin()
    this.awaited.clear()
    this.guarded.clear()
    this.isFine = this.hasRun && this.random.below(8) === 0
    this.wish = this.hasRun ? this.ask() : this.wish
    this.hasRun = true
    for (const pair of this.wish.pairs) {
      if (pair.write === 0) this.guarded.set(pair.object, pair.read)
      else this.awaited.set(pair.read, pair)
    }
    return true
  }

  /** Keeps what was asked for, if it brought something new. */
  private keep(): void {
    let isNew = false
    for (const pair of this.shared.pairs) {
      const key = keyOf(pair)
      if (this.seen.has(key)) continue
      this.seen.add(key)
      isNew = true
    }
    if (isNew && this.wish.pairs.length > 0) this.corpus.push({ pairs: this.wish.pairs, tried: 0 })
  }

  private ask(): Wish {
    const { corpus, random } = this
    let from = corpus[random.below(corpus.length)]!
    const other = corpus[random.below(corpus.length)]!
    if (other.tried < from.tried) from = other
    from.tried++
    const pair = this.draw()
    const pairs = from.pairs.filter((each) => each.read !== pair?.read)
    if (pairs.length >= mostPairs) pairs.splice(random.below(pairs.length), 1)
    return { pairs: pair === undefined ? pairs : [...pairs, pair], tried: 0 }
  }

  /** A read and a write of another fiber, or what the object was made with; rather one that has not been seen. */
  private draw(): Pair | undefined {
    const { random, seen } = this
    const objects = Array.from(this.shared.users)
    let drawn: Pair | undefined
    for (let tries = 0; tries < 8 && objects.length > 0; tries++) {
      const [object, { readers, writers }] = objects[random.below(objects.length)]!
      const read = readers[random.below(readers.length)]
      if (read === undefined) continue
      const others = writers.filter((write) => write.fiber !== read.fiber)
      if (others.length === 0) continue
      const at = random.below(others.length + 1)
      drawn = { object, read: read.event, write: others[at]?.event ?? 0 }
      if (!seen.has(keyOf(drawn))) return drawn
    }
    return drawn
  }

  choose(point: ChoicePoint): number {
    const candidates = point.candidates()
    const { exhausted, first, free, isPreemption } = point
    if (exhausted !== undefined) exhausted.priority = -1
    // Those behind gave way of their own: they come after all others.
    const among = isPreemption ? candidates.length : free
    let best = -1
    let bestHeld = 0
    for (let i = 0; i < among; i++) {
      const state = candidates[i]!
      const step = this.shared.pending(state)
      this.drawFor(state, step)
      if (step !== undefined && this.isHeld(step)) {
        if (state.priority > candidates[bestHeld]!.priority) bestHeld = i
      } else if (best < 0 || state.priority > candidates[best]!.priority) best = i
    }
    if (this.isFine) first.drawnFor = 0
    // If all are held, the wish cannot be had.
    return best < 0 ? bestHeld : best
  }

  private drawFor(state: FiberState, step: SharedStep | undefined): void {
    if (Number.isNaN(state.priority)) state.priority = this.random.next()
    const wanted = step === undefined ? state.drawnFor : this.stampOf(step)
    if (state.drawnFor === wanted && !(this.isFine && wanted === 0)) return
    state.drawnFor = wanted
    state.priority = this.random.next()
  }

  /** Changes when the step is another one, or another fiber has written what it uses. */
  private stampOf(step: SharedStep): number {
    let stamp = step.event
    for (const object of step.reads) stamp = (stamp + this.shared.version(object)) | 0
    for (const object of step.writes) stamp = (stamp + this.shared.version(object)) | 0
    return stamp
  }

  private isHeld(step: SharedStep): boolean {
    const pair = this.awaited.get(step.event)
    if (pair !== undefined && !this.shared.done.has(pair.write)) return true
    if (this.guarded.size === 0) return false
    for (const object of step.writes) {
      const read = this.guarded.get(object)
      if (read !== undefined && read !== step.event) return true
    }
    return false
  }

  readonly accessed = (state: FiberState, object: object, access: Access): void => {
    const step = this.shared.note(state, object, access)
    if (step === undefined || this.wish.pairs.length === 0) return
    for (const { object, read, write } of this.wish.pairs) {
      if (read === step.event && this.guarded.get(object) === read) this.guarded.delete(object)
      if (write === step.event && !this.shared.done.has(read)) this.guarded.set(object, read)
    }
  }
}
