import { clearTimeout, setTimeout } from "../../timers.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"
import { Allowance } from "../telemetry/TelemetryBudget.ts"
import type { HostTransport } from "./HostTransport.ts"

/** How many a second go out as they are made, on average. */
const perSecond = 1000
/** How long others are held back at most, as long as the event loop gets its turns, in milliseconds. */
const holdMillis = 10
/** How many of one call are held back. As many are kept on the other side. */
const mostHeld = 1024

/**
 * Sends what tasks say of themselves: at once, as a task that computes says nothing more for a while, and gives nothing else a turn.
 *
 * Where tasks say too much for that, it goes out many at a time, and the oldest of what is too much is dropped. So a task that
 * reports in a tight loop costs neither side much, whether anybody reads it or not.
 */
export class ReportSender {
  private readonly host: HostTransport
  private readonly allowance = new Allowance(perSecond)
  private readonly held = new Map<number, Array<WireArgs>>()
  private timer: NodeJS.Timeout | undefined

  constructor(host: HostTransport) {
    this.host = host
  }

  add(id: number, wire: WireArgs): void {
    const held = this.held.get(id)
    if (!this.allowance.take(1)) return this.hold(id, held, wire)
    if (held === undefined) return this.host.report(id, [wire])
    this.held.delete(id)
    this.host.report(id, [...held, wire])
  }

  private hold(id: number, held: Array<WireArgs> | undefined, wire: WireArgs): void {
    if (held === undefined) this.held.set(id, [wire])
    else {
      held.push(wire)
      // In bulk: to drop one at a time would move the others each time.
      if (held.length >= 2 * mostHeld) held.splice(0, mostHeld)
    }
    if (this.timer !== undefined) return
    this.timer = setTimeout(this.flushAll, holdMillis)
    this.timer.unref?.()
  }

  /** Sends what is held back of a call, before anything else that it sends. */
  flush(id: number): void {
    const held = this.held.get(id)
    if (held === undefined) return
    this.held.delete(id)
    this.host.report(id, held.slice(-mostHeld))
    if (this.held.size > 0) return
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private readonly flushAll = (): void => {
    this.timer = undefined
    for (const id of Array.from(this.held.keys())) this.flush(id)
  }
}
