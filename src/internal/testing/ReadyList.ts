import type { FiberState } from "./FiberState.ts"

/** Why something may go on. */
export type Reason = "forked" | "preempted" | "yielded" | "timer"

// Often enough to find what goes wrong when a fiber goes on at once after giving way, and not so often that two
// which wait for a third in a loop are let go round for ever.
const mostHurried = 2

/** Something that may go on. */
export class Entry {
  readonly run: () => void
  readonly state: FiberState
  readonly reason: Reason
  /** Whether it has to wait for all that came before, and whether it may go first all the same. */
  readonly isPatient: boolean
  readonly mayHurry: boolean
  constructor(run: () => void, state: FiberState, reason: Reason) {
    this.run = run
    this.state = state
    this.reason = reason
    this.isPatient = reason === "yielded"
    this.mayHurry = this.isPatient && state.hurried < mostHurried
  }
}

/**
 * What may go on, in the order in which it came.
 *
 * One that gave way of its own has to wait for all that were ready then, or a loop that waits in this way could go on for
 * ever and starve what it waits for (Musuvathi and Qadeer, Fair Stateless Model Checking, PLDI 2008). It still may go
 * first, a few times.
 */
export class ReadyList {
  private readonly entries: Array<Entry> = []
  private patient = 0
  private hurrying = 0

  get length(): number {
    return this.entries.length
  }

  get all(): ReadonlyArray<Entry> {
    return this.entries
  }

  /** The first that came. */
  get first(): Entry | undefined {
    return this.entries[0]
  }

  /** Whose turn it can be by rights. */
  get fairCount(): number {
    return this.entries.length - this.patient + (this.entries[0]?.isPatient === true ? 1 : 0)
  }

  /** Those who may go before it is their turn. */
  get unfairCount(): number {
    return this.hurrying - (this.entries[0]?.mayHurry === true ? 1 : 0)
  }

  add(entry: Entry): void {
    this.entries.push(entry)
    entry.state.entry = entry
    if (entry.isPatient) this.patient++
    if (entry.mayHurry) this.hurrying++
  }

  remove(entry: Entry): void {
    if (entry.state.entry === entry) entry.state.entry = undefined
    const at = this.entries.indexOf(entry)
    if (at < 0) return
    this.entries.splice(at, 1)
    if (entry.isPatient) this.patient--
    if (entry.mayHurry) this.hurrying--
  }

  clear(): void {
    this.entries.length = this.patient = this.hurrying = 0
  }

  /** Puts the states to choose from into `into` from `at` on: first those whose turn it can be by rights. Returns where it ends. */
  candidates(into: Array<FiberState>, at: number): number {
    const { entries, hurrying } = this
    for (let i = 0; i < entries.length; i++) if (!entries[i]!.isPatient || i === 0) into[at++] = entries[i]!.state
    if (hurrying === 0) return at
    for (let i = 1; i < entries.length; i++) if (entries[i]!.mayHurry) into[at++] = entries[i]!.state
    return at
  }
}
