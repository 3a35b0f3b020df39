import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import * as Tracer from "effect/Tracer"
import { InvalidOptionsError } from "../../Errors.ts"
import type { CheckedRate } from "./rateOptions.ts"
import { realClock } from "./clocks.ts"
import { FixedWindow } from "./FixedWindow.ts"
import { SharedRate } from "./SharedRate.ts"
import { TokenBucket } from "./TokenBucket.ts"

/** A counter limits a rate: `take` gives 0 if it has taken the tokens, else the milliseconds after which to ask again. */
interface Counter {
  take(tokens: number): number | Effect.Effect<number>
  /** Puts back what was taken; where that cannot be it is kept for the next. */
  refund?(tokens: number): void
  /** Milliseconds until it is as it was at first, and may be forgotten. */
  resetsIn(): number
}

/** A limit, and tokens that were taken for a task that did not need them in the end: they are for the next. */
interface Meter {
  readonly counter: Counter
  paid: number
}

/**
 * The rates of an executor or a group. A task goes through when all of them let it.
 *
 * One that must wait closes the gate. It opens when the next may ask, and then `onOpen` is called. Nobody has to leave who does not want to
 * wait any longer: tokens are taken only for a task that can begin.
 */
export class RateGate {
  isClosed = false
  private readonly meters: ReadonlyArray<Meter>
  private readonly leastLimit: number
  private readonly context: Context.Context<never>
  private readonly clock: Clock.Clock
  private readonly onOpen: () => void
  /** Asks, where the limit is not counted here, and then sleeps. */
  private fiber: Fiber.Fiber<void> | undefined = undefined
  /** The first that has to wait. */
  private next: object | undefined = undefined
  private isAsking = false
  private isUnwanted = false

  constructor(rates: ReadonlyArray<CheckedRate>, context: Context.Context<never>, onOpen: () => void) {
    this.clock = Context.get(context, Clock.Clock)
    this.context = Context.pick(Clock.Clock, Scheduler.Scheduler, Tracer.Tracer)(context)
    this.onOpen = onOpen
    this.leastLimit = Math.min(...rates.map(({ limit }) => limit))
    // Slow ones first: what has been taken from one waits for less time for the others.
    const slowFirst = rates.toSorted((one, other) => other.interval - one.interval)
    this.meters = slowFirst.map((rate) => ({ counter: this.counterOf(rate), paid: 0 }))
  }

  /** Throws an `InvalidOptionsError` for a cost that can never be paid. */
  check(cost: number): void {
    if (cost <= this.leastLimit) return
    const expected = `at most ${this.leastLimit}, the limit of the rate: the task could never begin`
    throw new InvalidOptionsError({ option: "cost", value: cost, expected })
  }

  /** Takes the tokens for a task, which begins now. Otherwise the gate is closed. */
  take(cost: number, task: object): boolean {
    if (this.isClosed) return false
    this.next = task
    for (const meter of this.meters) {
      if (meter.paid >= cost) continue
      const answer = meter.counter.take(cost - meter.paid)
      if (answer !== 0) this.close(meter, cost - meter.paid, answer)
      if (this.isClosed) {
        this.putBack()
        return false
      }
      meter.paid = cost
    }
    for (const meter of this.meters) meter.paid -= cost
    this.next = undefined
    return true
  }

  /** A task does not begin for which they were taken: another limit does not let it. */
  refund(cost: number): void {
    for (const meter of this.meters) meter.paid += cost
    this.putBack()
  }

  private putBack(): void {
    for (const meter of this.meters) {
      if (meter.counter.refund === undefined) continue
      meter.counter.refund(meter.paid)
      meter.paid = 0
    }
  }

  /** A task does not wait any more. If it is what the gate is closed for, the next may have to wait for less time, or there is none. */
  left(task: object): void {
    if (!this.isClosed || this.next !== task) return
    // Tokens that were asked for may be given already. They are for the next task then.
    if (this.isAsking) this.isUnwanted = true
    else this.fiber?.interruptUnsafe()
  }

  /** Milliseconds until all is as it was at first. */
  resetsIn(): number {
    return Math.max(...this.meters.map(({ counter }) => counter.resetsIn()))
  }

  private counterOf(rate: CheckedRate): Counter {
    const { algorithm, burst, interval, limit, limiter } = rate
    if (limiter !== undefined) return new SharedRate({ ...rate, limiter })
    if (algorithm === "fixed-window") return new FixedWindow(limit, limit * interval, this.now)
    return new TokenBucket(burst, interval, this.now)
  }

  private close(meter: Meter, tokens: number, answer: number | Effect.Effect<number>): void {
    this.isClosed = true
    this.isAsking = typeof answer !== "number"
    this.isUnwanted = false
    const answered = (wait: number): Effect.Effect<void> => {
      this.isAsking = false
      if (wait === 0) meter.paid += tokens
      return wait === 0 || this.isUnwanted ? Effect.void : this.clock.sleep(Duration.millis(timerFor(wait)))
    }
    const opening = typeof answer === "number" ? answered(answer) : Effect.flatMap(answer, answered)
    const fiber = (this.fiber = Effect.runForkWith(this.context)(opening))
    let isAtOnce = true
    fiber.addObserver(() => {
      this.fiber = undefined
      this.isClosed = this.isAsking = false
      if (!isAtOnce) this.onOpen()
    })
    isAtOnce = false
  }

  // The wall clock may be set back or forth.
  private readonly now = (): number =>
    this.clock === realClock ? performance.now() : Number(this.clock.monotonicTimeNanosUnsafe()) / 1_000_000
}

/** Whole milliseconds, which is what timers count, and at most a day: they ring at once if they are set for a month. */
const timerFor = (wait: number): number => Math.min(Math.max(1, Math.ceil(wait - 1e-6)), 86_400_000)
