import { type Event, type History, isInterrupted } from "./History.ts"
import { agrees, blocked, keyOf, type Model } from "./Model.ts"
import type { Interruption } from "./Scenario.ts"

/**
 * Whether there is an order of the calls in which the model has the same results, and in which a call that ended before another began comes
 * first.
 *
 * An interrupted call counts as never made. If its operation allows either, it may also count as made, with any result. A call that still
 * waits when no fiber can go on was not made, and after all others the model must say that it waits.
 *
 * The search is that of Wing and Gong, Testing and Verifying Concurrent Objects (JPDC 1993), with the addition of Lowe, Testing for
 * Linearizability (2017): the same set of calls with the same state is never tried twice.
 */
export const isLinearizable = (
  history: History,
  model: Model,
  interruptionOf: (name: string) => Interruption | undefined
): boolean => {
  const events = history.events.filter(
    (event) => !isInterrupted(event.exit) || interruptionOf(event.call.name) === "either"
  )
  return new Search(events, model).from([])
}

class Search {
  private readonly events: ReadonlyArray<Event>
  private readonly waiting: ReadonlyArray<Event>
  private readonly model: Model
  private readonly tried = new Set<string>()

  constructor(events: ReadonlyArray<Event>, model: Model) {
    this.events = events.filter((event) => event.exit !== undefined)
    this.waiting = events.filter((event) => event.exit === undefined)
    this.model = model
  }

  /** Whether the remaining calls can follow those that were made. */
  from(made: ReadonlyArray<Event>): boolean {
    if (this.isKnown(made)) return false
    const left = this.events.filter((event) => !made.includes(event))
    if (left.every(mayBeMissing) && this.areBlocked(made)) return true
    // A call that began after the end of another must follow it.
    const before = Math.min(...left.filter((event) => !mayBeMissing(event)).map((event) => event.ended))
    return left.some((event) => event.begun < before && this.fits(made, event) && this.from([...made, event]))
  }

  private fits(made: ReadonlyArray<Event>, event: Event): boolean {
    const result = this.model.apply(this.after(made), event.call)
    if (result === blocked) return false
    return event.exit !== undefined && (isInterrupted(event.exit) || agrees(result, event.exit))
  }

  private areBlocked(made: ReadonlyArray<Event>): boolean {
    return this.waiting.every((event) => this.model.apply(this.after(made), event.call) === blocked)
  }

  /** The state after these calls. It is made again each time, because a model changes its state in place. */
  private after(made: ReadonlyArray<Event>): unknown {
    const state = this.model.make()
    for (const { call } of made) this.model.apply(state, call)
    return state
  }

  private isKnown(made: ReadonlyArray<Event>): boolean {
    const state = keyOf(this.after(made))
    if (state === undefined) return false
    const key = `${this.events.map((event) => (made.includes(event) ? 1 : 0)).join("")} ${state}`
    if (this.tried.has(key)) return true
    this.tried.add(key)
    return false
  }
}

const mayBeMissing = (event: Event): boolean => isInterrupted(event.exit)
