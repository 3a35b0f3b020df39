import type { Call, CallRequest } from "../Call.ts"
import { largestId } from "../protocol.ts"
import type { AbandonedImports } from "./AbandonedImports.ts"
import { type ClaimTable, Phase } from "./ClaimTable.ts"
import type { Outbox } from "./Outbox.ts"
import type { CallEntry, KnownFunction } from "./Transport.ts"

/**
 * The calls of a worker, in their order. Some have a place in the table of claims and are sent, some wait for a place, and some were
 * revoked and keep theirs until the worker has passed over them.
 */
export class CallTable {
  private readonly claims: ClaimTable
  private readonly outbox: Outbox<CallEntry>
  private readonly imports: AbandonedImports
  private readonly mayHand: () => boolean
  private readonly entries = new Map<number, CallEntry>()
  /** Calls without a place. */
  private waiting: Array<CallEntry> = []
  private readonly revoked = new Map<number, CallEntry>()
  private readonly functions = new KnownFunctions()
  // A random start, so that a task which forged replies would have to guess the numbers.
  private lastId = Math.floor(Math.random() * largestId)

  /** `mayHand` says whether the worker takes calls at present. */
  constructor(claims: ClaimTable, outbox: Outbox<CallEntry>, imports: AbandonedImports, mayHand: () => boolean) {
    this.claims = claims
    this.outbox = outbox
    this.imports = imports
    this.mayHand = mayHand
  }

  get size(): number {
    return this.entries.size
  }

  get oldest(): CallEntry | undefined {
    for (const entry of this.entries.values()) return entry
    return undefined
  }

  get(id: number): CallEntry | undefined {
    return this.entries.get(id)
  }

  of(call: Call): CallEntry | undefined {
    const entry = this.entries.get(call.id)
    return entry?.call === call ? entry : undefined
  }

  has(entry: CallEntry): boolean {
    return this.entries.get(entry.id) === entry
  }

  [Symbol.iterator](): Iterator<CallEntry> {
    return this.entries.values()
  }

  hasReached(entry: CallEntry, phase: Phase): boolean {
    if (!entry.isHanded || entry.sentWith === 0) return false
    const reached = this.claims.phase(entry)
    return reached >= phase && reached !== Phase.revoked
  }

  /** Whether the worker has called the function of the call. */
  hasCalled(entry: CallEntry): boolean {
    return this.hasReached(entry, entry.fn.isWarm && !this.claims.tellsCalled ? Phase.begun : Phase.called)
  }

  /** Whether any of the calls has begun. */
  get isRunning(): boolean {
    for (const entry of this) if (this.hasReached(entry, Phase.begun)) return true
    return false
  }

  /** Whether the worker has come to any of the calls, even if it only loads its file. */
  get isWorking(): boolean {
    for (const entry of this) if (this.hasReached(entry, Phase.starting)) return true
    return this.revoked.size > 0 && Array.from(this.revoked.keys()).some((id) => this.imports.has(id))
  }

  add(call: Call): CallEntry {
    const id = (call.id = this.nextId())
    const fn = this.functions.of(call.request)
    const entry = { id, slot: 0, token: 0, call, fn, isHanded: false, sentWith: 0, escalation: undefined }
    this.entries.set(id, entry)
    if (this.waiting.length === 0 && this.claims.free.hasRoom && this.mayHand()) this.hand(entry)
    else this.waiting.push(entry)
    return entry
  }

  private nextId(): number {
    do this.lastId = (this.lastId % largestId) + 1
    while (this.entries.has(this.lastId) || this.revoked.has(this.lastId))
    return this.lastId
  }

  private hand(entry: CallEntry): void {
    this.claims.hand(entry)
    entry.isHanded = true
    this.outbox.add(entry)
  }

  /** Hands over waiting calls, as far as there are places. */
  handWaiting(): void {
    if (this.waiting.length === 0 || !this.mayHand()) return
    let handed = 0
    while (handed < this.waiting.length && this.claims.free.hasRoom) this.hand(this.waiting[handed++]!)
    if (handed > 0) this.waiting = this.waiting.slice(handed)
  }

  /** Revokes the call, which stays in the table. Returns whether the worker will never begin it. */
  revoke(entry: CallEntry): boolean {
    if (!entry.isHanded) this.waiting.splice(this.waiting.indexOf(entry), 1)
    else if (entry.sentWith !== 0) {
      const phase = this.claims.revoke(entry)
      if (phase === undefined) return false
      if (phase === Phase.starting) this.imports.watch(entry.id)
      if (phase === Phase.starting || this.claims.keepsRevoked) {
        this.revoked.set(entry.id, entry)
        entry.isHanded = false
      }
    }
    return true
  }

  /** Revokes the calls that have not begun, and keeps them in the table. */
  revokeUnbegun(): void {
    for (const entry of this) if (entry.isHanded) this.claims.revoke(entry)
  }

  /** The worker has passed over a revoked call. */
  releaseRevoked(id: number): void {
    const entry = this.revoked.get(id)
    if (entry === undefined) return
    this.revoked.delete(id)
    this.imports.ended(id)
    this.claims.free.release(entry.slot)
    this.handWaiting()
  }

  /** `false` if it was not there. */
  delete(entry: CallEntry): boolean {
    if (!this.entries.delete(entry.id)) return false
    if (entry.isHanded) this.claims.free.release(entry.slot)
    return true
  }

  clear(): void {
    this.entries.clear()
  }
}

/** The functions whose calls a worker has had. */
class KnownFunctions {
  /** By URL and name. */
  private readonly byUrl = new Map<string, Map<string, KnownFunction>>()
  private count = 0

  of({ name, url }: CallRequest): KnownFunction {
    let names = this.byUrl.get(url)
    if (names === undefined) this.byUrl.set(url, (names = new Map()))
    let fn = names.get(name)
    if (fn === undefined) names.set(name, (fn = { number: ++this.count, url, name, isDefined: false, isWarm: false }))
    return fn
  }
}
