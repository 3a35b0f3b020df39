import { clearTimeout, performance, setTimeout } from "../../timers.ts"

/** How much telemetry one worker may send: more than anybody reads, and less than would harm this program. */
export const most = {
  logsPerSecond: 1000,
  spansPerSecond: 2000,
  updatesPerSecond: 100_000,
  /** How many seconds' worth may come at once, for bursts. */
  secondsAtOnce: 10,
  openSpans: 10_000,
  changesOfSpan: 1000,
  series: 10_000,
  /** How many different words a frequency may count. */
  words: 10_000
} as const

/** How long to wait before drops are reported, in milliseconds. */
const reportAfter = 1000

/** An allowance of so many per second on average, and of some seconds' worth at once. */
export class Allowance {
  private readonly perMilli: number
  private readonly most: number
  private left: number
  private last = performance.now()

  constructor(perSecond: number) {
    this.perMilli = perSecond / 1000
    this.most = perSecond * most.secondsAtOnce
    this.left = this.most
  }

  take(count: number): boolean {
    const now = performance.now()
    this.left = Math.min(this.most, this.left + (now - this.last) * this.perMilli)
    this.last = now
    if (this.left < count) return false
    this.left -= count
    return true
  }
}

/** Names of dropped items. */
const names = {
  logs: "log messages",
  spans: "spans",
  changes: "changes of spans",
  updates: "updates of metrics",
  unreadable: "messages that make no sense or are too large"
}

type Dropped = keyof typeof names

/** The rest of one worker's allowance, and how much was dropped. */
export class TelemetryBudget {
  readonly logs = new Allowance(most.logsPerSecond)
  readonly spans = new Allowance(most.spansPerSecond)
  readonly updates = new Allowance(most.updatesPerSecond)
  private readonly report: (dropped: string) => void
  private readonly counts = new Map<Dropped, number>()
  private timer: NodeJS.Timeout | undefined

  /** `report` is called now and then, and not for each drop. */
  constructor(report: (dropped: string) => void) {
    this.report = report
  }

  dropped(what: Dropped, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count)
    if (this.timer !== undefined) return
    this.timer = setTimeout(() => this.flush(), reportAfter)
    this.timer.unref?.()
  }

  /** Reports drops that were not reported. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.counts.size === 0) return
    const all = Array.from(this.counts, ([what, count]) => `${count} ${names[what]}`).join(", ")
    this.counts.clear()
    this.report(all)
  }
}
