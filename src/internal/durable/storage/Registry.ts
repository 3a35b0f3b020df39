import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Ledger } from "./Ledger.ts"

/** A machine, as the others see it. */
export interface Machine {
  readonly id: string
  readonly name: string
  readonly queues: ReadonlyArray<string>
  /** The functions that it has. */
  readonly tasks: ReadonlyArray<string>
  /** How many tasks it runs at a time, at most. */
  readonly places: number
}

/** The machines, and the functions that each has. */
export class Registry {
  private readonly ledger: Ledger

  constructor(ledger: Ledger) {
    this.ledger = ledger
  }

  /** Enters a machine, or renews its entry. */
  enter(machine: Machine, lease: number): Effect.Effect<void, SqlError> {
    const { dialect, executor, sql } = this.ledger
    const { id, name, places, queues, tasks } = machine
    return Effect.asVoid(
      sql`INSERT INTO effect_futures_workers (id, executor, name, queues, tasks, places, lease_until)
        VALUES (${id}, ${executor}, ${name}, ${JSON.stringify(queues)}, ${JSON.stringify(tasks)}, ${places}, ${dialect.now} + ${lease})
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`
    )
  }

  leave(id: string): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    return Effect.asVoid(
      sql`DELETE FROM effect_futures_workers WHERE id = ${id} OR lease_until < ${dialect.now} - 3600000`
    )
  }

  get alive(): Effect.Effect<ReadonlyArray<Machine>, SqlError> {
    const { dialect, executor, sql } = this.ledger
    type Row = { readonly [Column in "id" | "name" | "queues" | "tasks"]: string } & { readonly places: number }
    return Effect.map(
      sql<Row>`SELECT id, name, queues, tasks, places FROM effect_futures_workers
        WHERE executor = ${executor} AND lease_until >= ${dialect.now} ORDER BY name, id`,
      (rows) =>
        rows.map(({ id, name, places, queues, tasks }) => ({
          id,
          name,
          places,
          // As `enter` has written them.
          queues: JSON.parse(queues) as ReadonlyArray<string>,
          tasks: JSON.parse(tasks) as ReadonlyArray<string>
        }))
    )
  }

  /** Functions that no machine has, and whose tasks have waited for so long. */
  unknown(queue: string, known: ReadonlyArray<string>, millis: number): Effect.Effect<ReadonlyArray<string>, SqlError> {
    const { dialect, executor, sql } = this.ledger
    return Effect.map(
      sql<{ readonly task: string }>`SELECT DISTINCT task FROM effect_futures_tasks
        WHERE executor = ${executor} AND queue = ${queue} AND state = 'pending' AND visible_at < ${dialect.now} - ${millis}
          AND task NOT IN ${dialect.list(known, "text")}`,
      (rows) => rows.map(({ task }) => task)
    )
  }

  /** Fails the tasks that wait for a function which no machine has. */
  failUnknown(queue: string, task: string, millis: number): Effect.Effect<ReadonlyArray<number>, SqlError> {
    const { dialect, executor, sql } = this.ledger
    return this.ledger.seqs(
      sql`UPDATE effect_futures_tasks
        SET state = 'failed', tag = 'UnknownTaskError', settled_at = ${dialect.now},
          expires_at = ${dialect.now} + retain_failed
        WHERE executor = ${executor} AND queue = ${queue} AND task = ${task} AND state = 'pending'
          AND visible_at < ${dialect.now} - ${millis}
        RETURNING seq`
    )
  }
}
