import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as TestClock from "effect/testing/TestClock"

interface Sleeper {
  readonly due: number
  readonly wake: () => void
}

/** The execution, from the view of the clock. */
interface Sleepers<Owner> {
  /** The owner that begins to sleep now. */
  readonly owner: () => Owner
  /** The owner may go on. The result reverses that. */
  readonly wake: (owner: Owner, resume: () => void) => () => void
  readonly live: () => Clock.Clock
}

/**
 * A clock on which sleeping takes no real time: it jumps when no fiber can go on. It is a `TestClock` too, for programs that move the time
 * themselves.
 */
export class VirtualClock<Owner> implements TestClock.TestClock {
  private millis = 0
  private readonly sleepers = new Set<Sleeper>()
  private readonly adjusters = new Set<Sleeper>()
  private readonly world: Sleepers<Owner>

  constructor(world: Sleepers<Owner>) {
    this.world = world
  }

  get currentTimeMillis(): Effect.Effect<number> {
    return Effect.sync(() => this.millis)
  }

  get currentTimeNanos(): Effect.Effect<bigint> {
    return Effect.sync(() => this.currentTimeNanosUnsafe())
  }

  get monotonicTimeNanos(): Effect.Effect<bigint> {
    return Effect.sync(() => this.currentTimeNanosUnsafe())
  }

  currentTimeMillisUnsafe(): number {
    return this.millis
  }

  currentTimeNanosUnsafe(): bigint {
    return BigInt(Math.round(this.millis * 1_000_000))
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.currentTimeNanosUnsafe()
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    const millis = Duration.toMillis(duration)
    if (millis <= 0) return Effect.yieldNow
    return Effect.suspend(() => this.until(this.millis + millis, this.sleepers))
  }

  adjust(duration: Duration.Input): Effect.Effect<void> {
    const millis = Duration.toMillis(Duration.fromInputUnsafe(duration))
    return Effect.suspend(() => this.until(this.millis + millis, this.adjusters))
  }

  setTime(timestamp: number): Effect.Effect<void> {
    return Effect.suspend(() => this.until(timestamp, this.adjusters))
  }

  withLive<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => Effect.provideService(effect, Clock.Clock, this.world.live()))
  }

  private until(due: number, line: Set<Sleeper>): Effect.Effect<void> {
    if (due === Infinity) return Effect.never
    return Effect.callback((resume) => {
      const owner = this.world.owner()
      let takeBack: (() => void) | undefined
      const sleeper: Sleeper = {
        due,
        wake: () => (takeBack = this.world.wake(owner, () => resume(Effect.void)))
      }
      line.add(sleeper)
      return Effect.sync(() => {
        line.delete(sleeper)
        takeBack?.()
      })
    })
  }

  /** Jumps to the next moment at which a sleep is over, and wakes all fibers that are due then. `false` if there is none. */
  advance(): boolean {
    const sleeping = earliest(this.sleepers)
    const adjusting = earliest(this.adjusters)
    // A fiber that moves the time goes on after all fibers that it has made due.
    const [due, line] = sleeping <= adjusting ? [sleeping, this.sleepers] : [adjusting, this.adjusters]
    if (due === Infinity) return false
    this.millis = line === this.adjusters ? due : Math.max(this.millis, due)
    for (const sleeper of Array.from(line)) {
      if (sleeper.due > due) continue
      line.delete(sleeper)
      sleeper.wake()
    }
    return true
  }
}

const earliest = (line: ReadonlySet<Sleeper>): number => {
  let due = Infinity
  for (const sleeper of line) due = Math.min(due, sleeper.due)
  return due
}
