import type { StackFrame } from "../../../Errors.ts"
import type { CallEntry, Preempter, Transport } from "./Transport.ts"

interface CutsOwner {
  /** Whether the call still has to be cut. */
  readonly isNeeded: (entry: CallEntry) => boolean
  readonly watchShare: Transport["watchShare"]
  readonly isAbout: (entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>) => void
  readonly wasCut: (entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>) => void
  /** The call cannot be stopped without ending its worker. */
  readonly isImpossible: (entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>) => void
  /** The worker may be given calls again. */
  readonly recovered: () => void
}

interface Cut {
  readonly entry: CallEntry
  readonly until: number | undefined
}

/** Cuts calls of one worker that did not end on request, one at a time. */
export class Cuts {
  private readonly owner: CutsOwner
  private readonly queue: Array<Cut> = []
  private isCutting = false
  private isClosed = false
  /** Whether a cut is under way, or the worker has not yet said whether it can go on. In the meantime it gets no calls. */
  isRecovering = false

  constructor(owner: CutsOwner) {
    this.owner = owner
  }

  add(entry: CallEntry, preempter: Preempter): void {
    this.queue.push({ entry, until: undefined })
    if (!this.isCutting) void this.cutAll(preempter)
  }

  recovered(): void {
    this.isRecovering = false
    this.owner.recovered()
  }

  /** The worker has gone. */
  close(): void {
    this.isClosed = true
  }

  private async cutAll(preempter: Preempter): Promise<void> {
    this.isCutting = true
    for (let cut = this.queue.shift(); cut !== undefined; cut = this.queue.shift()) await this.cut(cut, preempter)
    this.isCutting = false
  }

  private async cut({ entry, until }: Cut, preempter: Preempter): Promise<void> {
    const { owner } = this
    this.isRecovering = true
    // The share is measured only if the worker does not answer, because beginning to measure takes time.
    let share: ReturnType<Transport["watchShare"]> | undefined
    const result = await preempter.cut({
      until,
      isNeeded: () => owner.isNeeded(entry),
      mayWait: () => this.queue.length > 0,
      isIdle: entry.escalation?.isAnswered === true,
      hadEnough: () => (share ??= owner.watchShare(true)).hadEnough,
      target: entry.id,
      isAbout: (stuckAt) => owner.isAbout(entry, stuckAt)
    })
    if (this.isClosed) return
    if (result._tag === "Later") return void this.queue.push({ entry, until: result.until })
    if (result._tag === "Cut") return owner.wasCut(entry, result.stuckAt)
    if (result._tag === "Impossible" && owner.isNeeded(entry)) owner.isImpossible(entry, result.stuckAt)
    this.recovered()
  }
}
