import { threadState, threadTimes, type ThreadState, type ThreadTimes } from "../ThreadTimes.ts"

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
  private readonly times: ThreadTimes | undefined
  private readonly state: ThreadState | undefined

  private asleepSince = Infinity
  private ranBefore = -1

  /** From now on. */
  constructor(path: string | undefined) {
    this.path = path
    this.times = path === undefined ? undefined : threadTimes(path)
    this.state = path === undefined ? undefined : threadState(path)
  }

  /** `true` also where nobody can tell. */
  get hadEnough(): boolean {
    if (this.path === undefined || performance.now() - this.start > longest) return true
    const times = threadTimes(this.path)
    const state = threadState(this.path)
    if (times === undefined || state === undefined || this.times === undefined || this.state === undefined) return true
    if (state.isAsleep) return this.hasSlept(times.running)
    this.asleepSince = Infinity
    const ran = times.running - this.times.running
    return ran >= (state.preemptions === this.state.preemptions ? enoughInOne : enough)
  }
  private hasSlept(ran: number): boolean {
    const now = performance.now()
    // It was awake meanwhile.
    if (ran !== this.ranBefore) this.asleepSince = now
    this.ranBefore = ran
    this.asleepSince = Math.min(this.asleepSince, now)
    return now - this.asleepSince >= longestSleep
  }
}
