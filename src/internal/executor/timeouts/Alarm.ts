import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { forSleeping, realClock } from "../events/clocks.ts"

// The longest time of a Node.js timer. A longer one would ring at once.
const longestTimer = 2 ** 31 - 1

/**
 * Rings once, some time after it was set, by the clock of the context. It may be early.
 *
 * On the real clock it does not keep the program alive, as a sleeping effect would.
 */
export class Alarm {
  private readonly clock: Clock.Clock
  private readonly context: Context.Context<never>
  private readonly ring: () => void
  private disarm: (() => void) | undefined = undefined

  constructor(context: Context.Context<never>, ring: () => void) {
    this.clock = Context.get(context, Clock.Clock)
    this.context = forSleeping(context)
    this.ring = ring
  }

  get isSet(): boolean {
    return this.disarm !== undefined
  }

  now(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  set(millis: number): void {
    this.cancel()
    const rung = () => {
      this.disarm = undefined
      this.ring()
    }
    if (this.clock === realClock) {
      const timer: { readonly unref?: () => void } | number = setTimeout(rung, Math.min(millis, longestTimer))
      // In browsers a timer is a number.
      if (typeof timer === "object") timer.unref?.()
      this.disarm = () => clearTimeout(timer as ReturnType<typeof setTimeout>)
      return
    }
    const fiber = Effect.runForkWith(this.context)(this.clock.sleep(Duration.millis(millis)))
    this.disarm = () => fiber.interruptUnsafe()
    fiber.addObserver((exit) => {
      if (exit._tag === "Success") rung()
    })
  }

  cancel(): void {
    this.disarm?.()
    this.disarm = undefined
  }
}
