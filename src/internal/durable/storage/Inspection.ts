import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import type { Depth, TaskInfo } from "../../../durable/DurableExecutor.ts"
import type { Ledger } from "./Ledger.ts"
import type { NewRow, Seen, State } from "./Row.ts"

/** Selects tasks. */
export interface Selection {
  readonly keys: ReadonlyArray<string> | undefined
  readonly states: ReadonlyArray<TaskInfo["state"]> | undefined
  readonly queue: string | undefined
  readonly task: string | undefined
  /** Milliseconds since the submission, at least. */
  readonly age: number
}

interface Row
  extends
    Pick<NewRow, "key" | "task" | "label" | "queue" | "priority" | "maxAttempts">,
    Pick<Seen, "state" | "attempt" | "worker" | "tag"> {
  readonly isCancelled: number
  readonly createdAt: number
  readonly dueAt: number
  readonly begunAt: number | null
  readonly settledAt: number | null
  readonly expiresAt: number | null
}

/** Lists, cancels and requeues the tasks of an executor, including those that other programs have submitted. */
export class Inspection {
  private readonly ledger: Ledger

  constructor(ledger: Ledger) {
    this.ledger = ledger
  }

  /** The oldest first. */
  list(selection: Selection, limit: number): Effect.Effect<ReadonlyArray<TaskInfo>, SqlError> {
    const { sql } = this.ledger
    return Effect.map(
      sql<Row>`SELECT key, task, label, queue, state, priority, attempt, max_attempts AS "maxAttempts", worker, tag,
          is_cancelled AS "isCancelled", created_at AS "createdAt", due_at AS "dueAt", begun_at AS "begunAt",
          settled_at AS "settledAt", expires_at AS "expiresAt"
        FROM effect_futures_tasks WHERE ${this.where(selection)} ORDER BY seq LIMIT ${sql.literal(String(limit))}`,
      (rows) => rows.map(infoOf)
    )
  }

  /** The numbers of the tasks that could still be cancelled. */
  open(selection: Selection): Effect.Effect<ReadonlyArray<number>, SqlError> {
    const { sql } = this.ledger
    return this.ledger.seqs(
      sql`SELECT seq FROM effect_futures_tasks
        WHERE ${this.where(selection)} AND state IN ('scheduled', 'pending', 'running') AND is_cancelled = 0`
    )
  }

  /**
   * Queues tasks that failed or were cancelled again, with all of their attempts. Streams are left out, because their readers have gone.
   */
  requeue(selection: Selection): Effect.Effect<number, SqlError> {
    const { dialect, sql } = this.ledger
    return Effect.map(
      sql<Seen>`UPDATE effect_futures_tasks
        SET state = 'pending', attempt = 0, is_cancelled = 0, is_suspect = 0, is_held = 0, outcome = NULL, tag = NULL, last_failure = NULL,
          visible_at = ${dialect.now}, due_at = ${dialect.now}, begun_at = NULL, settled_at = NULL, expires_at = NULL,
          worker = NULL, lease_until = NULL
        WHERE ${this.where(selection)} AND state IN ('failed', 'cancelled') AND buffer IS NULL
        RETURNING seq`,
      (rows) => rows.length
    )
  }

  /** Counts for each queue how many tasks wait and run, and how long the first has waited. */
  get depth(): Effect.Effect<ReadonlyArray<Depth>, SqlError> {
    const { dialect, executor, sql } = this.ledger
    interface Row {
      readonly queue: string
      readonly pending: number
      readonly scheduled: number
      readonly running: number
      readonly oldest: number | null
    }
    const count = (state: State) => sql`COUNT(CASE WHEN state = ${sql.literal(`'${state}'`)} THEN 1 END)`
    return Effect.map(
      sql<Row>`SELECT queue, ${count("pending")} AS pending, ${count("scheduled")} AS scheduled, ${count("running")} AS running,
          ${dialect.now} - MIN(CASE WHEN state = 'pending' THEN visible_at END) AS oldest
        FROM effect_futures_tasks
        WHERE executor = ${executor} AND state IN ('pending', 'scheduled', 'running') GROUP BY queue ORDER BY queue`,
      (rows) =>
        rows.map((row) => ({
          queue: row.queue,
          pending: Number(row.pending),
          scheduled: Number(row.scheduled),
          running: Number(row.running),
          oldestAge: Duration.millis(Math.max(0, Number(row.oldest ?? 0)))
        }))
    )
  }

  private where({ age, keys, queue, states, task }: Selection): Fragment {
    const { dialect, executor, sql } = this.ledger
    const conditions = [sql`executor = ${executor}`]
    if (keys !== undefined) conditions.push(sql`key IN ${dialect.list(keys, "text")}`)
    if (queue !== undefined) conditions.push(sql`queue = ${queue}`)
    if (task !== undefined) conditions.push(sql`task = ${task}`)
    if (age > 0) conditions.push(sql`created_at <= ${dialect.now} - ${age}`)
    if (states !== undefined) {
      const all: ReadonlyArray<State> = states.flatMap((state) =>
        state === "pending" ? ["pending", "scheduled"] : [state]
      )
      conditions.push(sql`state IN ${dialect.list(all, "text")}`)
    }
    return sql.and(conditions)
  }
}

const infoOf = (row: Row): TaskInfo => {
  const time = (millis: number | null) => (millis === null ? undefined : DateTime.makeUnsafe(Number(millis)))
  return {
    key: row.key,
    task: row.task,
    name: row.label,
    queue: row.queue,
    state: row.state === "scheduled" ? "pending" : row.state,
    isCancelled: row.isCancelled === 1,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    worker: row.worker ?? undefined,
    error: row.tag ?? undefined,
    createdAt: DateTime.makeUnsafe(Number(row.createdAt)),
    dueAt: DateTime.makeUnsafe(Number(row.dueAt)),
    begunAt: time(row.begunAt),
    settledAt: time(row.settledAt),
    expiresAt: time(row.expiresAt)
  }
}
