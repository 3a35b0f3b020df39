import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Scheduler from "effect/Scheduler"
import { Random } from "./Random.ts"

/** A clock that goes on when told to. */
export class VirtualClock implements Clock.Clock {
  millis = 0
  private readonly sleepers = new Set<{ readonly due: number; readonly wake: () => void }>()
  private readonly random: Random
  readonly currentTimeMillis = Effect.sync(() => this.millis)
  readonly currentTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())

  constructor(random: Random) {
    this.random = random
  }

  currentTimeMillisUnsafe(): number {
    return this.millis
  }

  currentTimeNanosUnsafe(): bigint {
    return this.monotonicTimeNanosUnsafe()
  }

  monotonicTimeNanosUnsafe(): bigint {
    return BigInt(Math.round(this.millis * 1_000_000))
  }

  get sleeping(): number {
    return this.sleepers.size
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const sleeper = { due: this.millis + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      this.sleepers.add(sleeper)
      return Effect.sync(() => this.sleepers.delete(sleeper))
    })
  }

  /** The next moment for which somebody waits. */
  get next(): number {
    let due = Infinity
    for (const sleeper of this.sleepers) due = Math.min(due, sleeper.due)
    return due
  }

  /** Goes to that moment, and wakes one who waits for it; `false` if nobody does. */
  advance(): boolean {
    const due = this.next
    if (due === Infinity) return false
    const next = this.random.pick(Array.from(this.sleepers).filter((sleeper) => sleeper.due === due))
    this.sleepers.delete(next)
    this.millis = Math.max(this.millis, due)
    next.wake()
    return true
  }
}

// An event that has not happened so long comes now.
const aLongTime = 1000

export interface Behaviour {
  /** How likely a fiber has to give way where it may. */
  readonly yieldChance?: number
  /** The order in which ready fibers go on. */
  readonly order?: "random" | "first" | "last"
}

/** Something that happens between two steps of whichever fiber is running then. */
interface Strike {
  /** After how many more steps. */
  left: number
  readonly event: Effect.Effect<unknown, unknown>
  /** When that fiber goes on: after the event alone, or after all that can go on then. */
  readonly resume: "soon" | "late"
}

/**
 * A scheduler, a clock and nothing else: all that happens, happens in an order that the seed decides.
 *
 * When nobody is ready to go on, the clock jumps to the next moment for which somebody sleeps.
 */
export class VirtualWorld {
  readonly random: Random
  readonly clock: VirtualClock
  readonly context: Context.Context<never>
  aliveFibers = 0
  steps = 0
  /** Errors that were thrown where nothing caught them. */
  readonly thrown: Array<unknown> = []
  private readonly ready: Array<() => void> = []
  private readonly behaviour: Behaviour
  private strike: Strike | undefined = undefined
  private outsiders = 0
  // The fiber that was struck, on its way to giving way.
  private isStriking = false
  private held: (() => void) | undefined = undefined

  constructor(seed: number, behaviour: Behaviour = {}) {
    this.random = new Random(seed)
    this.clock = new VirtualClock(this.random)
    this.behaviour = behaviour
    const yieldChance = behaviour.yieldChance ?? 0
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => {
        if (this.isStriking) this.held = task
        else this.ready.push(task)
        this.isStriking = false
      },
      flush: () => {
        while (this.ready.length > 0) this.step()
      }
    }
    const scheduler: Scheduler.Scheduler = {
      executionMode: "async",
      // Going on after a yield takes steps of its own, so giving way at each would be standing still.
      shouldYield: (fiber) =>
        this.isStruck() || (yieldChance > 0 && fiber.currentOpCount >= 3 && this.random.chance(yieldChance)),
      makeDispatcher: () => dispatcher
    }
    this.context = Context.empty().pipe(
      Context.add(Scheduler.Scheduler, scheduler),
      Context.add(Clock.Clock, this.clock),
      // Errors of callbacks are logged.
      Context.add(References.MinimumLogLevel, "None"),
      Context.add(Metric.FiberRuntimeMetrics, {
        recordFiberStart: () => void this.aliveFibers++,
        recordFiberEnd: () => void this.aliveFibers--
      })
    ) as Context.Context<never>
  }

  /** Lets `event` happen after that many steps of all fibers, counted from now. */
  strikeAfter(steps: number, resume: "soon" | "late", event: Effect.Effect<unknown, unknown>): void {
    this.strike = { left: steps, resume, event }
  }

  /** Whether the event is still to come. */
  get isArmed(): boolean {
    return this.strike !== undefined
  }

  /** Whether the event came when nobody had a step to do any more. */
  hasStruckAtRest = false

  /** Lets the event happen while nobody is at anything. */
  private strikeAtRest(): boolean {
    if (this.strike === undefined) return false
    const { event } = this.strike
    this.strike = undefined
    this.hasStruckAtRest = true
    Effect.runForkWith(this.context)(event)
    return true
  }

  private isStruck(): boolean {
    if (this.strike === undefined || --this.strike.left > 0) return false
    const { event, resume } = this.strike
    this.strike = undefined
    this.isStriking = true
    const happen = () => {
      Effect.runForkWith(this.context)(event)
      if (resume === "soon") this.goOn()
    }
    this.ready.unshift(happen)
    return true
  }

  private goOn(): void {
    const held = this.held
    this.held = undefined
    if (held !== undefined) this.ready.unshift(held)
  }

  /** Waits for something of the world outside, such as a collection of garbage. No time passes meanwhile. */
  outside<A>(effect: Effect.Effect<A>): Effect.Effect<A> {
    return Effect.acquireUseRelease(
      Effect.sync(() => this.outsiders++),
      () => effect,
      () => Effect.sync(() => this.outsiders--)
    )
  }

  private step(): void {
    const { order = "first" } = this.behaviour
    const at = order === "first" ? 0 : order === "last" ? this.ready.length - 1 : this.random.below(this.ready.length)
    const [task] = this.ready.splice(at, 1)
    this.steps++
    try {
      task!()
    } catch (error) {
      this.thrown.push(error)
    }
  }

  /** Works off all that can go on without the clock. */
  async settle(maxSteps = Infinity): Promise<void> {
    const until = this.steps + maxSteps
    for (let idle = 0; idle < 5; idle++) {
      while (this.ready.length > 0) {
        if (this.steps >= until) throw new Error(`It does not come to rest within ${maxSteps} steps`)
        this.step()
        idle = 0
      }
      await undefined
      if (this.ready.length === 0 && idle === 4 && this.held !== undefined) {
        this.goOn()
        idle = 0
      }
    }
  }

  /**
   * Runs `main` to its end, and then everything else that goes on. Calls `atRest` whenever time is about to pass.
   * Rejects when nobody can go on and `main` has not ended.
   */
  async run<A, E>(main: Effect.Effect<A, E>, atRest: () => void = () => {}): Promise<Exit.Exit<A, E>> {
    const fiber = Effect.runForkWith(this.context)(main)
    for (let rests = 0; ; rests++) {
      await this.settle(1_000_000)
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      if (this.outsiders > 0) {
        await new Promise((resolve) => setImmediate(resolve))
        continue
      }
      atRest()
      if (rests > 100_000) throw new Error("Time passes and it does not end")
      if (this.clock.next > this.clock.millis + aLongTime && this.strikeAtRest()) continue
      if (!this.clock.advance()) throw new Error("It hangs: nobody is ready to go on, and nobody sleeps")
    }
  }
}
