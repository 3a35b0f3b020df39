import { after, type Timer } from "../../after.ts"
import { clearImmediate, clearTimeout, setImmediate } from "../../timers.ts"

/** How long each step may take, in milliseconds. */
export interface EscalationLimits {
  /** How long the worker's event loop may take to answer that it was asked. */
  readonly answer: number
  /** How long the finalizers may take, once it has answered. */
  readonly grace: number
}

/** When to look again at a worker that has had no turn yet, in milliseconds. */
const lookAgainAfter = 1

export interface EscalationSteps {
  readonly ask: () => void
  readonly force: () => void
  /** Whether a worker that has not answered had the time to, if that can be told. */
  readonly hadEnough?: () => boolean
}

/**
 * The way from asking something to stop to making it stop: a call, or a whole worker.
 *
 * First comes asking. If the worker does not answer, or answers but the call does not end within `grace`, `force` is called. If the
 * answer comes after all, while force is still on its way (`isForcing`), there is `grace` again, and then `force` once more.
 * Force depends on the kind of worker. Whoever settles the call cancels its escalation.
 */
export class Escalation {
  private timer: Timer | undefined
  private immediate: NodeJS.Immediate | undefined
  private state: "asked" | "answered" | "forcing" | "over" = "asked"
  private hasAnswered = false
  private readonly limits: EscalationLimits
  private readonly steps: EscalationSteps

  constructor(limits: EscalationLimits, steps: EscalationSteps) {
    this.limits = limits
    this.steps = steps
    this.wait(limits.answer)
    steps.ask()
  }

  get isForcing(): boolean {
    return this.state === "forcing"
  }

  get isAnswered(): boolean {
    return this.hasAnswered
  }

  /** The worker says that it was asked and goes on to clean up. */
  answered(): void {
    if (this.hasAnswered || this.state === "over") return
    this.hasAnswered = true
    this.state = "answered"
    this.wait(this.limits.grace)
  }

  cancel(): void {
    this.state = "over"
    this.clear()
  }

  private clear(): void {
    clearTimeout(this.timer)
    clearImmediate(this.immediate)
  }

  private wait(millis: number): void {
    this.clear()
    // Timers come before what has arrived: that is to be read first.
    this.timer = after(millis, () => (this.immediate = setImmediate(this.look)))
  }

  private readonly look = (): void => {
    if (this.state === "asked" && this.steps.hadEnough?.() === false) return this.wait(lookAgainAfter)
    this.state = "forcing"
    this.steps.force()
  }
}
