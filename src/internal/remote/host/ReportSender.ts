import { clearTimeout, setTimeout } from "../../timers.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"
import { Allowance } from "../telemetry/TelemetryBudget.ts"
import type { HostTransport } from "./HostTransport.ts"

/** How many reports per second are sent at once, on average. */
const perSecond = 1000
/** How long other reports are held, in milliseconds, if the event loop gets its turns. */
const holdMillis = 10
/** How many reports of one call are held. The other side keeps as many. */
const mostHeld = 1024

/**
 * Sends the reports of tasks. A report goes out at once, because a function that computes gives no other opportunity.
 *
 * Reports beyond a certain rate are sent in batches, and the oldest of too many are dropped. So a task that reports in a tight loop costs
 * neither side much, whether its reports are read or not.
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
      // Reports are dropped in bulk, because dropping one moves all others.
      if (held.length >= 2 * mostHeld) held.splice(0, mostHeld)
    }
    if (this.timer !== undefined) return
    this.timer = setTimeout(this.flushAll, holdMillis)
    this.timer.unref?.()
  }

  /** Sends the held reports of a call, ahead of its other messages. */
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
