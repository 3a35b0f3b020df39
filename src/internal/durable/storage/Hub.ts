import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Machine } from "./Registry.ts"
import type { Claimed, Seen } from "./Row.ts"

/** How many elements of a stream its reader has demanded so far. */
export interface Demand {
  readonly seq: number
  readonly demanded: number
}

/** A listener to news of tasks, from this process or from another. */
interface HubListener {
  /** There may be something to claim. */
  work?(): void
  /** A machine of this process has claimed them. */
  begun?(rows: ReadonlyArray<Claimed>, machine: Machine): void
  /** The tasks have settled. */
  settled?(seen: ReadonlyArray<Seen>): void
  /** Something happened to these tasks. An empty list means that it is not known which. */
  changed?(seqs: ReadonlyArray<number>): void
  /** These tasks are to be stopped. An empty list means that it is not known which. */
  cancelled?(seqs: ReadonlyArray<number>): void
  /** There are more elements of these streams. An empty list means that it is not known which. */
  written?(seqs: ReadonlyArray<number>): void
  /** The readers of these streams have room for more. An empty list means that it is not known which. */
  demanded?(demands: ReadonlyArray<Demand>): void
}

/**
 * Connects the submitters and machines of one process that share a database, so that they hear of each other's changes without a look at
 * the database.
 */
export class Hub {
  private readonly listeners = new Set<HubListener>()
  private listening: { holders: number; readonly stop: () => void } | undefined = undefined

  /** Tells the listener all news, as long as the scope is open. */
  tell(listener: HubListener): Effect.Effect<void, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => void this.listeners.add(listener)),
      () => Effect.sync(() => this.listeners.delete(listener))
    )
  }

  /** Listens to other processes until all callers have called the result. `start` begins to listen, and its result ends that. */
  listen(start: () => () => void): () => void {
    const listening = (this.listening ??= { holders: 0, stop: start() })
    listening.holders++
    return () => {
      if (--listening.holders > 0) return
      this.listening = undefined
      listening.stop()
    }
  }

  work(): void {
    for (const listener of this.listeners) listener.work?.()
  }

  begun(rows: ReadonlyArray<Claimed>, machine: Machine): void {
    for (const listener of this.listeners) listener.begun?.(rows, machine)
  }

  settled(seen: ReadonlyArray<Seen>): void {
    for (const listener of this.listeners) listener.settled?.(seen)
  }

  changed(seqs: ReadonlyArray<number>): void {
    for (const listener of this.listeners) listener.changed?.(seqs)
  }

  cancelled(seqs: ReadonlyArray<number>): void {
    for (const listener of this.listeners) listener.cancelled?.(seqs)
  }

  written(seqs: ReadonlyArray<number>): void {
    for (const listener of this.listeners) listener.written?.(seqs)
  }

  demanded(demands: ReadonlyArray<Demand>): void {
    for (const listener of this.listeners) listener.demanded?.(demands)
  }
}

const hubs = new WeakMap<SqlClient["reserve"], Map<string, Hub>>()

export const hubOf = (sql: SqlClient, executor: string): Hub => {
  // A client's copies have only this function in common.
  const { reserve } = sql
  let ofClient = hubs.get(reserve)
  if (ofClient === undefined) hubs.set(reserve, (ofClient = new Map()))
  let hub = ofClient.get(executor)
  if (hub === undefined) ofClient.set(executor, (hub = new Hub()))
  return hub
}
