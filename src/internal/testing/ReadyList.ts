import type { Entry, FiberState } from "./FiberState.ts"

/**
 * The fibers and tasks that may go on, in the order in which they became ready.
 *
 * A fiber that gave way by itself must wait for all that were ready then. Otherwise a polling loop could go on for ever, and starve the
 * fiber that it waits for (Musuvathi and Qadeer, Fair Stateless Model Checking, PLDI 2008). It may still go first a few times.
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

  /** The first entry. */
  get first(): Entry | undefined {
    return this.entries[0]
  }

  /** How many entries have a fair turn now. */
  get fairCount(): number {
    return this.entries.length - this.patient + (this.entries[0]?.isPatient === true ? 1 : 0)
  }

  /** How many entries may go before their turn. */
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

  /** Puts the candidates into `into` from `at` on, first those that have a fair turn. Returns where they end. */
  candidates(into: Array<FiberState>, at: number): number {
    const { entries, hurrying } = this
    for (let i = 0; i < entries.length; i++) if (!entries[i]!.isPatient || i === 0) into[at++] = entries[i]!.state
    if (hurrying === 0) return at
    for (let i = 1; i < entries.length; i++) if (entries[i]!.mayHurry) into[at++] = entries[i]!.state
    return at
  }
}
