import { runTime, threadState, type ThreadState } from "../ThreadTimes.ts"
import { performance } from "../../timers.ts"

/** In milliseconds: a thread that has run for so long could have answered, whatever else it had to do. */
const enough = 6
/** The same for one that has not been interrupted meanwhile: the system counts in steps of some milliseconds. */
const enoughInOne = 2
/**
 * One that has been asleep for so long waits for something that does not come. For a moment V8 waits, too: for other threads of its own
 * when it collects garbage, and they may wait for their turns.
 */
const longestSleep = 20
/** No thread waits longer than this for its turn. */
const longest = 500

/**
 * Whether a thread that does not answer has had the time to. One that is asked to stop on a busy machine may get no turn for a while. If
 * it were cut for that, its finalizers would not run.
 */
export class Turns {
  private readonly path: string | undefined
  private readonly start = performance.now()
  private readonly ranAtStart: number | undefined
  private readonly state: ThreadState | undefined
  private asleepSince: number | undefined = undefined
  /** How long it had run when it was last seen asleep. */
  private ranBefore: number | undefined = undefined

  /** From now on. */
  constructor(path: string | undefined) {
    this.path = path
    this.ranAtStart = path === undefined ? undefined : runTime(path)
    this.state = path === undefined ? undefined : threadState(path)
  }

  /** `true` also where nobody can tell. */
  get hadEnough(): boolean {
    if (this.path === undefined || performance.now() - this.start > longest) return true
    const ran = runTime(this.path)
    const state = threadState(this.path)
    if (ran === undefined || state === undefined || this.ranAtStart === undefined || this.state === undefined)
      return true
    if (state.isAsleep) return this.hasSlept(ran)
    this.asleepSince = undefined
    return ran - this.ranAtStart >= (state.preemptions === this.state.preemptions ? enoughInOne : enough)
  }

  private hasSlept(ran: number): boolean {
    const now = performance.now()
    // It was awake meanwhile.
    if (ran !== this.ranBefore) this.asleepSince = undefined
    this.ranBefore = ran
    this.asleepSince ??= now
    return now - this.asleepSince >= longestSleep
  }
}
