import type { Entry, FiberState } from "./FiberState.ts"

/**
 * The fibers and tasks that may go on, in the order in which they came.
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

  /** The number of fibers that may go before it is their turn. */
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
