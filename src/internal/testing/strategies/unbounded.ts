import { type Access, parentOf } from "../accesses.ts"
import { eventOf, type FiberState } from "../FiberState.ts"
import { Prng } from "../Prng.ts"
import { CausalPast } from "./CausalPast.ts"
import { conflicts, everything, type Footprint, HappensBefore, type Race, use } from "./HappensBefore.ts"
import type { ChoicePoint, Follower, Strategy } from "./Strategy.ts"

/** A choice of the present schedule. */
interface Node {
  readonly candidates: ReadonlyArray<number>
  pick: number
  /** Fibers whose turn would lead to nothing new, with the objects that they would use. */
  readonly sleep: ReadonlyMap<number, Footprint>
  /** Fibers that had their turn here, with the objects that they used. */
  readonly explored: Map<number, Footprint>
  /** Fibers that must have their turn here. */
  readonly wanted: Set<number>
}

/** The events of a fiber or task between two decisions, while it goes on. */
interface Doing {
  readonly state: FiberState
  readonly node: Node | undefined
  /** The decision that began the outermost step, if this is within the step of another fiber. */
  readonly outer: Node | undefined
  readonly isNested: boolean
  readonly enabledBy: number | undefined
  readonly footprint: Footprint
  hasEnded: boolean
}

// Every tenth schedule is random, and at least twenty are. They may show that the promise is broken.
const oneInSamples = 10
const fewestSamples = 20

/**
 * Tries one schedule of each kind that can have its own result, without a bound. They are so few that small programs come to an end. That is
 * a proof for programs whose fibers share nothing but the objects that `accesses.ts` observes.
 *
 * The algorithm is source-DPOR with sleep sets, from Abdulla, Aronis, Jonsson and Sagonas, Optimal Dynamic Partial Order Reduction, POPL
 * 2014. The objects that an event uses are seen when it happens. Two uses that conflict, and that nothing else orders, are a race: there has
 * to be a schedule in which the second comes first.
 */
export class Unbounded implements Strategy {
  readonly isExhaustive = true
  readonly isPlain = true
  readonly follower: Follower
  private readonly order = new HappensBefore()
  private readonly past = new CausalPast()
  private readonly random = new Prng(0)
  private readonly nodes: Array<Node> = []
  /** The choice of each event, and that of the outermost step that the event is a part of. */
  private readonly nodeOf: Array<Node | undefined> = []
  private readonly outerOf: Array<Node | undefined> = []
  private readonly isNestedAt: Array<boolean> = []
  private readonly enabled = new Map<number, number>()
  private readonly names = new ObjectNames()
  private readonly observers = new Map<number, Array<number>>()
  private sleep = new Map<number, Footprint>()
  private doing: Doing | undefined = undefined
  private pending: Node | undefined = undefined
  private outer: Node | undefined = undefined
  private made = 0
  private prefix = 0
  private schedules = 0
  private samples = 0
  private isOver = false
  private isSample = false
  /** Whether the present schedule leads to nothing new. */
  private isAsleep = false
  /** The fiber that did something different from before, although it knew the same. */
  hidden: FiberState | undefined = undefined

  constructor() {
    this.follower = {
      begins: (state, isNested) => this.begin(state, isNested),
      performs: (state, kind, isNested) => this.performs(state, kind, isNested),
      made: (state) => this.enables(state),
      woken: (state) => this.enables(state),
      isOrdered: () => this.uses(everything, true),
      settles: () => this.settle(),
      ends: (outcome, isAnyoneLeft) => this.end(outcome, isAnyoneLeft)
    }
  }

  get isKnown(): boolean {
    return this.isAsleep || this.isSample
  }

  next(): boolean {
    if (this.schedules > 0 && !this.isSample) this.isOver ||= !this.advance()
    this.isSample = this.isOver ? this.samples < fewestSamples : this.schedules % oneInSamples === oneInSamples - 1
    if (this.isOver && !this.isSample) return false
    this.schedules++
    if (this.isSample) this.samples++
    this.order.clear()
    this.past.begin()
    this.names.begin()
    this.nodeOf.length = this.outerOf.length = this.isNestedAt.length = 0
    this.enabled.clear()
    this.observers.clear()
    this.sleep = new Map()
    this.doing = this.pending = this.outer = undefined
    this.made = 0
    this.isAsleep = false
    return true
  }

  // ------------------------------------------------------------------- choices

  choose(point: ChoicePoint): number | undefined {
    if (this.isSample) return this.random.below(point.count)
    this.close()
    if (this.isAsleep) return 0
    const candidates = point.candidates().map((state) => state.ordinal)
    const at = this.made++
    if (at >= this.prefix) {
      const pick = candidates.find((each) => !this.sleep.has(each))
      if (pick === undefined) {
        this.isAsleep = true
        return 0
      }
      const wanted = new Set(point.exhausted === undefined ? [pick] : candidates)
      this.nodes[at] = { candidates, pick, sleep: this.sleep, explored: new Map(), wanted }
    }
    const node = this.nodes[at]!
    const index = candidates.indexOf(node.pick)
    if (index < 0 || candidates.length !== node.candidates.length) return undefined
    this.sleep = new Map(node.sleep)
    for (const [each, footprint] of node.explored) if (each !== node.pick) this.sleep.set(each, footprint)
    this.pending = node
    return index
  }

  /** Goes back to the last choice that still has a wanted candidate, and chooses that. `false` if there is none. */
  private advance(): boolean {
    for (; this.nodes.length > 0; this.nodes.length--) {
      const node = this.nodes.at(-1)!
      const pick = Array.from(node.wanted).find((each) => !node.explored.has(each) && !node.sleep.has(each))
      if (pick === undefined) continue
      node.pick = pick
      this.prefix = this.nodes.length
      return true
    }
    return false
  }

  private want(race: Race): void {
    const { first } = race
    const node = this.nodeOf[first]
    const initials = this.order.initials(race)
    const found = node?.candidates.filter((each) => initials.has(each)) ?? []
    if (node !== undefined && !this.isNestedAt[first]! && found.length > 0) {
      if (!found.some((each) => node.wanted.has(each))) node.wanted.add(found[0]!)
      return
    }
    for (const each of found) node!.wanted.add(each)
    if (node !== undefined && found.length === initials.size) return
    // Within the step of another, not every fiber can be chosen. Such a fiber must come before the whole of that step.
    const outer = this.outerOf[first] ?? node
    if (outer !== undefined) for (const each of outer.candidates) outer.wanted.add(each)
  }

  // ------------------------------------------------------------------- events

  private begin(state: FiberState, isNested: boolean): void {
    this.close()
    const node = this.pending
    this.pending = undefined
    if (!isNested) this.outer = node
    // The fiber would do what it did in another schedule, with nothing between that matters to it.
    if (node === undefined && this.sleep.has(state.ordinal)) this.isAsleep = true
    const enabledBy = this.enabled.get(state.ordinal)
    this.enabled.delete(state.ordinal)
    this.doing = { state, node, outer: this.outer, isNested, enabledBy, footprint: new Map(), hasEnded: false }
    const own = this.nameOfFiber(state)
    this.past.resume(state.name, interruptionsOf(own))
    // Children that have not ended: they are interrupted when the fiber ends.
    this.past.look(childrenOf(own))
    this.uses(everything, false)
    this.uses(state.name, true)
    if (own !== 0) this.uses(interruptionsOf(own), false)
  }

  private close(): void {
    const { doing } = this
    if (doing === undefined) return
    this.doing = undefined
    const { enabledBy, footprint, isNested, node, outer, state } = doing
    this.past.leave(state.name, placeOf(this.nameOfFiber(state)))
    this.order.add(state.ordinal, footprint, enabledBy)
    this.nodeOf.push(node)
    this.outerOf.push(outer)
    this.isNestedAt.push(isNested)
    if (node !== undefined && !this.isAsleep) node.explored.set(state.ordinal, footprint)
    for (const [ordinal, other] of this.sleep) {
      if (ordinal === state.ordinal || conflicts(footprint, other)) this.sleep.delete(ordinal)
    }
  }

  private performs(state: FiberState, kind: number, isNested: boolean): void {
    if (this.doing?.state !== state) this.begin(state, isNested)
    this.notes(state, kind)
  }

  private enables(state: FiberState): void {
    if (this.doing === undefined) return
    this.past.wake(state.name)
    this.uses(state.name, true)
    this.enabled.set(state.ordinal, this.order.happenings.length)
  }

  private settle(): void {
    this.close()
    this.order.settle()
    this.past.settle()
    this.enabled.clear()
  }

  private end(outcome: number | undefined, isAnyoneLeft: boolean): void {
    const last = this.doing
    this.close()
    const isMain = last?.state.ordinal === 0
    if (outcome !== undefined && isMain && !this.past.does(outcome)) this.hidden ??= last.state
    if (this.isSample) return
    // Events of other fibers may matter to the program's result, so they must be tried before its end.
    const ending = last?.outer ?? last?.node
    if (isAnyoneLeft && ending !== undefined) for (const each of ending.candidates) ending.wanted.add(each)
    const { happenings } = this.order
    // The races in the common part with the schedule before are known.
    const changed = this.nodes[this.prefix - 1]
    const from = changed === undefined ? 0 : Math.max(0, this.nodeOf.indexOf(changed))
    for (let second = from; second < happenings.length; second++) {
      for (const race of this.order.racesOf(second)) this.want(race)
    }
  }

  // ------------------------------------------------------------------- objects

  readonly accessed = (state: FiberState, object: object, access: Access): void => {
    // A fiber reads its own end before it goes on, which means nothing.
    if (access === "read" && isFiber(object) && (state.fiber ?? object) === object) return
    const isOwnEnd = this.doing?.state.fiber === object && access === "write"
    // After the end of a fiber within the step of another, further events belong to the observers of the end, or to that other fiber.
    const isAfterEnd = this.doing !== undefined && this.doing.isNested && this.doing.hasEnded
    if (this.doing?.state !== state && !isOwnEnd && !isAfterEnd) this.begin(state, this.doing !== undefined)
    const { doing } = this
    if (doing === undefined) return
    if (isOwnEnd) doing.hasEnded = true
    if (isAfterEnd) this.uses(state.name, true)
    if (isOwnEnd && state !== doing.state) this.past.wake(state.name)
    const name = this.names.nameOf(object, doing.state)
    if (access === "made") return this.uses(name, true)
    if (!isAfterEnd) this.notes(doing.state, eventOf(name, codes[access]))
    if (access !== "write") this.past.look(name)
    if (access === "interrupt") {
      this.past.look(placeOf(name))
      this.past.change(interruptionsOf(name))
      this.uses(interruptionsOf(name), true)
      return this.uses(childrenOf(this.nameOfFiber(doing.state)), true)
    }
    if (access !== "read") this.past.change(name)
    this.uses(name, access !== "read")
    if (access === "observe") this.observe(name)
    else if (access === "write" && isFiber(object)) this.endsFiber(name, object)
  }

  /** An observer of a fiber's end conflicts with everything that the end does. */
  private observe(fiber: number): void {
    const observers = this.observers.get(fiber) ?? []
    for (const [object, isChange] of this.doing!.footprint) if (isChange) observers.push(object)
    this.observers.set(fiber, observers)
  }

  private endsFiber(name: number, fiber: object): void {
    for (const object of this.observers.get(name) ?? []) this.uses(object, true)
    this.uses(childrenOf(name), true)
    const parent = parentOf(fiber)
    if (parent === undefined) return
    const children = childrenOf(this.names.nameOf(parent, this.doing!.state))
    this.uses(children, false)
    this.past.leaves(children, name)
  }

  private uses(object: number, isChange: boolean): void {
    if (this.doing !== undefined) use(this.doing.footprint, object, isChange)
  }

  private notes(state: FiberState, what: number): void {
    if (!this.past.does(what)) this.hidden ??= state
  }

  private nameOfFiber(state: FiberState): number {
    return state.fiber === undefined ? 0 : this.names.nameOf(state.fiber, state)
  }
}

const codes = { read: 1, write: 2, change: 3, interrupt: 4, observe: 5 } as const

/** The interruptions of a fiber, as an object other than its end. */
const interruptionsOf = (fiber: number): number => eventOf(fiber, -2)

const placeOf = (fiber: number): number => eventOf(fiber, -3)

const childrenOf = (fiber: number): number => eventOf(fiber, -1)

const isFiber = (object: object): boolean => "interruptUnsafe" in object

/** Names of objects that are the same in other schedules: which fiber made it, at which of its steps. */
class ObjectNames {
  private names = new WeakMap<object, number>()

  /** Another schedule has other objects. */
  begin(): void {
    this.names = new WeakMap()
  }

  /** The name of the object, given by the fiber that has made it or first uses it. */
  nameOf(object: object, finder: FiberState): number {
    let name = this.names.get(object)
    if (name === undefined) this.names.set(object, (name = finder.nameNext()))
    return name
  }
}
