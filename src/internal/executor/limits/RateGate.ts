import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { InvalidOptionsError } from "../../../Errors.ts"
import type { CheckedRate } from "./rateOptions.ts"
import { forSleeping, monotonicMillis } from "../events/clocks.ts"
import { FixedWindow } from "./FixedWindow.ts"
import { SharedRate } from "./SharedRate.ts"
import { TokenBucket } from "./TokenBucket.ts"

/** A limit on a rate. `take` returns 0 if it has taken the tokens, and otherwise the milliseconds after which to ask again. */
interface Counter {
  take(tokens: number): number | Effect.Effect<number>
  /** Puts tokens back. Without this method they are kept for the next task. */
  refund?(tokens: number): void
  /** Milliseconds until it is as new, and may be forgotten. */
  resetsIn(): number
}

/** A limit, with tokens that were taken for a task that did not begin. The next task gets them. */
interface Meter {
  readonly counter: Counter
  paid: number
}

/**
 * The rates of an executor or a group. A task passes if all of them let it.
 *
 * A task that must wait closes the gate. When the next one may ask, the gate opens and `onOpen` is called. Tokens are taken only for a task
 * that can begin, so a task may stop waiting without giving anything back.
 */
export class RateGate {
  isClosed = false
  private readonly meters: ReadonlyArray<Meter>
  private readonly leastLimit: number
  private readonly context: Context.Context<never>
  private readonly clock: Clock.Clock
  private readonly onOpen: () => void
  /** Asks a limiter elsewhere, and then sleeps. */
  private fiber: Fiber.Fiber<void> | undefined = undefined
  /** The task that the gate is closed for. */
  private next: object | undefined = undefined
  private isAsking = false
  private isUnwanted = false

  constructor(rates: ReadonlyArray<CheckedRate>, context: Context.Context<never>, onOpen: () => void) {
    this.clock = Context.get(context, Clock.Clock)
    this.context = forSleeping(context)
    this.onOpen = onOpen
    this.leastLimit = Math.min(...rates.map(({ limit }) => limit))
    // The slowest limit is asked first, so that its tokens wait the least for the others.
    const slowFirst = rates.toSorted((one, other) => other.interval - one.interval)
    this.meters = slowFirst.map((rate) => ({ counter: this.counterOf(rate), paid: 0 }))
  }

  /** Throws an `InvalidOptionsError` for a cost that can never be paid. */
  check(cost: number): void {
    if (cost <= this.leastLimit) return
    const expected = `at most ${this.leastLimit}, the limit of the rate: the task could never begin`
    throw new InvalidOptionsError({ option: "cost", value: cost, expected })
  }

  /** Takes the tokens for a task, which then begins. Otherwise closes the gate. */
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

  /** The task does not begin after all, because another limit refuses. Its tokens go back. */
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

  /** A task stops waiting. If the gate was closed for it, the next task may need a shorter wait, or there is no next task. */
  left(task: object): void {
    if (!this.isClosed || this.next !== task) return
    // A request for tokens is under way. If it succeeds, the next task gets them.
    if (this.isAsking) this.isUnwanted = true
    else this.fiber?.interruptUnsafe()
  }

  /** Milliseconds until all rates are as new. */
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

  private readonly now = (): number => monotonicMillis(this.clock)
}

/** Whole milliseconds, as timers count, and at most a day: a timer for a month would ring at once. */
const timerFor = (wait: number): number => Math.min(Math.max(1, Math.ceil(wait - 1e-6)), 86_400_000)
