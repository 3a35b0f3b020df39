import { after, type Timer } from "./realTime.ts"
import { clearImmediate, clearTimeout, setImmediate } from "../../timers.ts"

/** How long each step may take, in milliseconds. */
interface EscalationLimits {
  /** How long the worker's event loop may take to confirm the request. */
  readonly answer: number
  /** How long the finalizers may take after the confirmation. */
  readonly grace: number
}

/** When to check again a worker that has had no turn yet, in milliseconds. */
const lookAgainAfter = 1

interface EscalationSteps {
  readonly ask: () => void
  readonly force: () => void
  /** Whether a worker that has not answered has had the time to, if that is known. */
  readonly hadEnough?: () => boolean
}

/**
 * The steps from asking something to stop to making it stop: one call, or a whole worker.
 *
 * The first step is to ask. If the worker does not confirm, or confirms but the call does not end within `grace`, `force` is called. If the
 * confirmation comes while force is still on its way (`isForcing`), there is `grace` again, and then `force` once more. Force depends on
 * the kind of worker. The code that settles the call cancels its escalation.
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

  /** The worker confirms that it was asked, and cleans up. */
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
    // Timers fire before input that has arrived, so the input is read first.
    this.timer = after(millis, () => (this.immediate = setImmediate(this.look)))
  }

  private readonly look = (): void => {
    if (this.state === "asked" && this.steps.hadEnough?.() === false) return this.wait(lookAgainAfter)
    this.state = "forcing"
    this.steps.force()
  }
}
