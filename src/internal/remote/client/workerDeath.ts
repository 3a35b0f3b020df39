import type { StackFrame } from "../../../Errors.ts"
import type { Call, CallEnd } from "../Call.ts"
import type { CallTable } from "./CallTable.ts"
import { Phase } from "./ClaimTable.ts"
import type { CallEntry, TransportEnd } from "./Transport.ts"

/** The facts about a worker that has ended. */
interface Death {
  readonly end: TransportEnd
  /** Whether its owner had closed it. */
  readonly wasClosing: boolean
  /** Whether it was ended by force. */
  readonly wasForced: boolean
  /** Why it was given up, if it was. */
  readonly reason: unknown
  /** Where calls were stuck, if the worker was ended because of them. */
  readonly stuckCalls: ReadonlyMap<CallEntry, ReadonlyArray<StackFrame>>
}

/**
 * The calls of a thread or process that has ended: those that the end is blamed on, and how each of them ends; and the
 * others, none of whose code ran, in order.
 */
export const afterDeath = (
  calls: CallTable,
  death: Death
): { readonly begun: ReadonlyArray<readonly [Call, CallEnd]>; readonly unbegun: ReadonlyArray<Call> } => {
  const all = Array.from(calls)
  const running = all.filter((entry) => calls.hasReached(entry, Phase.begun))
  // If the worker died by itself, the file that it was loading may be to blame, and is not tried again and again. But running calls are
  // blamed before loading ones.
  const isLoadingToBlame = !death.wasClosing && !death.wasForced && running.length === 0
  const begun = isLoadingToBlame ? all.filter((entry) => calls.hasReached(entry, Phase.starting)) : running
  return {
    begun: begun.map((entry) => [entry.call, endOf(entry, death)]),
    unbegun: all.filter((entry) => !begun.includes(entry)).map(({ call }) => call)
  }
}

const endOf = (entry: CallEntry, { end, reason, stuckCalls, wasClosing, wasForced }: Death): CallEnd => {
  const stuckAt = stuckCalls.get(entry)
  const isStopped = entry.escalation !== undefined || (wasClosing && (wasForced || end.exitCode === 0))
  if (stuckAt !== undefined || isStopped) return { _tag: "Stopped", stuckAt: stuckAt ?? [] }
  return { _tag: "Crashed", ...end, reason: end.reason ?? reason }
}
