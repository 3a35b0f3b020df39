import { clearTimeout, setTimeout } from "../../timers.ts"

/** How long each step may take, in milliseconds. */
export interface EscalationLimits {
  /** How long the worker's event loop may take to answer that it was asked. */
  readonly answer: number
  /** How long the finalizers may take, once it has answered. */
  readonly grace: number
}

/** How long one that had no turn yet is given, again and again, in milliseconds. */
const turnMillis = 2

export interface EscalationSteps {
  readonly ask: () => void
  readonly force: () => void
  /** Whether one that has not answered had a chance to, if that can be told. */
  readonly hadTurn?: () => boolean
}

/**
 * The way from asking a call to stop to making it stop, for one call.
 *
 * It is asked; if the worker does not answer, or answers but the call does not end within `grace`, `force` is called. If the
 * answer comes after all, while force is still on its way (`isForcing`), there is `grace` again, and then `force` once more.
 * What force is depends on the kind of worker. Whoever settles the call cancels its escalation.
 */
export class Escalation {
  private timer: ReturnType<typeof setTimeout> | undefined
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
    clearTimeout(this.timer)
  }

  private wait(millis: number): void {
    clearTimeout(this.timer)
    if (millis === Infinity) return
    this.timer = setTimeout(() => {
      if (this.state === "asked" && this.steps.hadTurn?.() === false) return this.wait(turnMillis)
      this.state = "forcing"
      this.steps.force()
    }, millis)
  }
}
