import { isAsleep, mainThreadRunTime } from "../ThreadTimes.ts"
import { clearImmediate, clearTimeout, performance, setImmediate, setTimeout } from "../../timers.ts"

export interface StoppingLimits {
  /** How long the event loop may run something else before it answers, in milliseconds. */
  readonly busy: number
  /** How long it may take to answer, if it is not known what it does. */
  readonly silent: number
  /** How long the finalizers may take, once it has answered. */
  readonly grace: number
}

/** No process waits longer than this for its turn. */
const longest = 500
const step = 2
/** A process that is asleep so many times in a row waits for something that does not come. */
const asleepLooks = 3

/**
 * The way from asking a process to stop something to stopping it by force.
 *
 * To kill a process that would have answered costs it its finalizers, and others that run there their work. So what
 * counts is not how long it has been silent, but how long it has run without looking at its pipe: a process that got no
 * turn on a busy machine is not stuck.
 */
export class Stopping {
  private timer: NodeJS.Timeout | undefined
  private immediate: NodeJS.Immediate | undefined
  private isAnswered = false
  private isOver = false
  private asleep = 0
  private readonly pid: number
  private readonly limits: StoppingLimits
  private readonly force: () => void
  private readonly isClogged: () => boolean
  private readonly start = performance.now()
  private readonly before: number | undefined

  constructor(
    pid: number,
    limits: StoppingLimits,
    steps: {
      readonly ask: () => void
      /** Whether the question may still be on its way behind others. */
      readonly isClogged: () => boolean
      readonly force: () => void
    }
  ) {
    this.pid = pid
    this.limits = limits
    this.force = steps.force
    this.isClogged = steps.isClogged
    this.before = mainThreadRunTime(pid)
    steps.ask()
    this.timer = setTimeout(this.look, step)
  }

  /** The process says that it was asked and goes on to clean up. */
  answered(): void {
    if (this.isAnswered || this.isOver) return
    this.isAnswered = true
    clearTimeout(this.timer)
    if (this.limits.grace === Infinity) return
    this.timer = setTimeout(() => this.whenRead(this.end), this.limits.grace)
  }

  cancel(): void {
    this.isOver = true
    clearTimeout(this.timer)
    clearImmediate(this.immediate)
  }

  private readonly look = (): void =>
    this.whenRead(() => {
      if (this.isAnswered) return
      if (this.isStuck()) this.end()
      else this.timer = setTimeout(this.look, step)
    })

  /** Timers come before what has arrived: that is to be read first. */
  private whenRead(then: () => void): void {
    this.immediate = setImmediate(then)
  }

  private isStuck(): boolean {
    const passed = performance.now() - this.start
    if (passed >= longest) return true
    if (this.isClogged()) return false
    const now = this.before === undefined ? undefined : mainThreadRunTime(this.pid)
    if (now === undefined || this.before === undefined) return passed >= this.limits.silent
    if (now - this.before >= this.limits.busy) return true
    // How long it has waited for its turn is only known when it gets one: one that could run and does not has none yet.
    if (passed < this.limits.silent) return false
    this.asleep = isAsleep(this.pid) ? this.asleep + 1 : 0
    return this.asleep >= asleepLooks
  }

  private readonly end = (): void => {
    this.cancel()
    this.force()
  }
}
