import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Hub } from "./Hub.ts"
import { inRealTime } from "./inRealTime.ts"
import { channel, readSignal, type Signal } from "./Signal.ts"

/** How often a file is checked for changes by other processes, in milliseconds. A check takes some microseconds. */
const glance = 20
/** Milliseconds until it tries to connect again. */
const pause = 500

/**
 * Tells the hub what other processes do, until the scope closes: by LISTEN, or by checks of the file. These are hints: code that waits
 * for a change also polls.
 */
export const listen = (sql: SqlClient, executor: string, hub: Hub): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => hub.listen(() => start(sql, executor, hub))),
      (letGo) => Effect.sync(letGo)
    )
  )

const start = (sql: SqlClient, executor: string, hub: Hub): (() => void) => {
  const listening = isListener(sql)
    ? hear(sql, executor, hub)
    : sql.driver === "node-sqlite"
      ? watch(sql, hub)
      : Effect.void
  const fiber = Effect.runFork(inRealTime(listening))
  return () => void Effect.runFork(Fiber.interrupt(fiber))
}

/** A client of Postgres that can listen. */
interface Listener {
  readonly listen: (
    channel: string
  ) => Effect.Effect<Queue.Dequeue<{ readonly payload: string }, SqlError>, SqlError, Scope.Scope>
}

const isListener = (sql: unknown): sql is Listener =>
  Predicate.hasProperty(sql, "listen") &&
  // The listener occupies a connection, so there must be another one.
  !(
    Predicate.hasProperty(sql, "config") &&
    Predicate.hasProperty(sql.config, "maxConnections") &&
    sql.config.maxConnections === 1
  )

const hear = (sql: Listener, executor: string, hub: Hub): Effect.Effect<never> => {
  const connected = Effect.gen(function* () {
    const notifications = yield* sql.listen(channel)
    // Signals from the time before the connection were missed.
    missed(hub)
    while (true) {
      const { payload } = yield* Queue.take(notifications)
      const signal = readSignal(executor, payload)
      if (signal !== undefined) tell(hub, signal)
    }
  })
  // Each connection has a scope inside the client's, because closing the client waits for its listeners.
  return Effect.forever(Effect.andThen(Effect.ignore(Effect.scoped(connected)), Effect.sleep(pause)))
}

const tell = (hub: Hub, signal: Signal): void => {
  switch (signal._tag) {
    case "Work":
      return hub.work()
    case "Cancelled":
      return hub.cancelled(signal.seqs)
    case "Changed":
      return hub.changed(signal.seqs)
    case "Written":
      return hub.written(signal.seqs)
    case "Demanded":
      return hub.demanded(signal.seqs.map((seq, index) => ({ seq, demanded: signal.demanded[index] ?? 0 })))
  }
}

const watch = (sql: SqlClient, hub: Hub): Effect.Effect<never> => {
  let known = NaN
  const version = Effect.map(sql<{ readonly data_version: number }>`PRAGMA data_version`, ([row]) => row?.data_version)
  const look = Effect.map(version, (current = NaN) => {
    if (current === known) return
    known = current
    missed(hub)
  })
  return Effect.forever(Effect.andThen(Effect.ignore(look), Effect.sleep(glance)))
}

const missed = (hub: Hub): void => {
  hub.changed([])
  hub.cancelled([])
  hub.written([])
  hub.demanded([])
  hub.work()
}
