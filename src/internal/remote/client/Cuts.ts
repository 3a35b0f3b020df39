import type { StackFrame } from "../../../Errors.ts"
import type { CallEntry, Preempter, Transport } from "./Transport.ts"

interface CutsOwner {
  /** Whether the call still has to be cut. */
  readonly isNeeded: (entry: CallEntry) => boolean
  readonly watchShare: Transport["watchShare"]
  readonly wasCut: (entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>) => void
  /** The call cannot be stopped without ending its worker. */
  readonly isImpossible: (entry: CallEntry, stuckAt: ReadonlyArray<StackFrame>) => void
  /** The worker may be given calls again. */
  readonly recovered: () => void
}

/** Cuts calls of one worker that did not end on request, one after the other. */
export class Cuts {
  private readonly owner: CutsOwner
  private readonly queue: Array<CallEntry> = []
  private isCutting = false
  private isClosed = false
  /** A cut is under way, or the worker has not yet said whether it can go on after it. In the meantime it gets no calls. */
  isRecovering = false

  constructor(owner: CutsOwner) {
    this.owner = owner
  }

  add(entry: CallEntry, preempter: Preempter): void {
    this.queue.push(entry)
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
    for (let entry = this.queue.shift(); entry !== undefined; entry = this.queue.shift()) {
      await this.cut(entry, preempter)
    }
    this.isCutting = false
  }

  private async cut(entry: CallEntry, preempter: Preempter): Promise<void> {
    const { owner } = this
    this.isRecovering = true
    // The share is measured only if the worker does not answer, because beginning to measure takes time.
    let share: ReturnType<Transport["watchShare"]> | undefined
    const result = await preempter.cut({
      isNeeded: () => owner.isNeeded(entry),
      isIdle: entry.escalation?.isAnswered === true,
      hadEnough: () => (share ??= owner.watchShare(true)).hadEnough,
      target: entry.id
    })
    if (this.isClosed) return
    if (result._tag === "Cut") return owner.wasCut(entry, result.stuckAt)
    if (result._tag === "Impossible" && owner.isNeeded(entry)) owner.isImpossible(entry, result.stuckAt)
    this.recovered()
  }
}
