import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"
import { Dialect } from "./Dialect.ts"
import { type Claimed, isSettled, type NewRow, type Reported, type Seen, type Settlement } from "./Row.ts"
import { channel, type Signal, writeSignal } from "./Signal.ts"

type Query<A> = Effect.Effect<ReadonlyArray<A>, SqlError>

/** The task that a key stands for. */
export interface Entry {
  readonly seq: number
  readonly key: string
  readonly task: string
}

/** The wishes of others for a task that runs. */
interface Wish {
  readonly seq: number
  readonly isCancelled: number
  readonly demanded: number | null
}

/**
 * The tasks of one executor in the database. Each step of a task is a statement here. The statement moves all tasks that are ready for it,
 * and none that has moved on in the meantime.
 */
export class Ledger {
  readonly sql: SqlClient
  readonly dialect: Dialect
  readonly executor: string

  constructor(sql: SqlClient, executor: string) {
    this.sql = sql.withoutTransforms()
    this.dialect = new Dialect(this.sql)
    this.executor = executor
  }

  /** Enters new tasks. A task that already has the key is left alone, unless it has expired. */
  submit(rows: ReadonlyArray<NewRow>): Query<Entry> {
    const { dialect, executor, sql } = this
    const from = dialect.rows(
      rows.map((row, n) => ({ ...row, n })),
      newRowColumns
    )
    const visible = sql`${dialect.now} + CASE WHEN v."isHeld" = 1 AND v."hold" > v."delay" THEN v."hold" ELSE v."delay" END`
    const inserted = sql`
      INSERT INTO effect_futures_tasks (executor, queue, key, task, label, args, trace, priority, state, visible_at, due_at,
        is_held, timeout, retries, max_attempts, retain, retain_failed, owner, created_at, buffer, demanded, reader_until)
      SELECT ${executor}, v."queue", v."key", v."task", v."label", v."args", v."trace", v."priority",
        CASE WHEN v."isHeld" = 1 OR v."delay" > 0 THEN 'scheduled' ELSE 'pending' END,
        ${visible}, ${dialect.now} + v."delay", v."isHeld", v."timeout", v."retries", v."maxAttempts", v."retain",
        v."retainFailed", v."owner", ${dialect.now}, v."buffer", v."buffer",
        CASE WHEN v."buffer" IS NOT NULL THEN ${dialect.now} + v."hold" END
      FROM ${from} WHERE 1 = 1 ORDER BY v."n"
      ON CONFLICT (executor, key) DO UPDATE SET queue = excluded.queue, task = excluded.task, label = excluded.label,
        args = excluded.args, trace = excluded.trace, priority = excluded.priority, state = excluded.state,
        visible_at = excluded.visible_at, due_at = excluded.due_at, is_held = excluded.is_held, timeout = excluded.timeout,
        retries = excluded.retries, max_attempts = excluded.max_attempts, attempt = 0, worker = NULL, lease_until = NULL,
        is_cancelled = 0, is_suspect = 0, outcome = NULL, tag = NULL, last_failure = NULL, report = NULL, owner = excluded.owner, retain = excluded.retain,
        retain_failed = excluded.retain_failed, created_at = excluded.created_at, begun_at = NULL, settled_at = NULL,
        expires_at = NULL, buffer = excluded.buffer, demanded = excluded.demanded, reader_until = excluded.reader_until
      WHERE effect_futures_tasks.expires_at <= ${dialect.now}
      RETURNING seq, key, task`
    return this.numbered(this.telling<Entry>(inserted, { _tag: "Work" }))
  }

  find(keys: ReadonlyArray<string>): Query<Entry> {
    const { dialect, executor, sql } = this
    return this.numbered(
      sql<Entry>`SELECT seq, key, task FROM effect_futures_tasks
        WHERE executor = ${executor} AND key IN ${dialect.list(keys, "text")}`
    )
  }

  /**
   * Claims tasks for a machine, the most urgent first.
   *
   * The commit does not wait for the disk. If Postgres crashes and loses the claim, the tasks are pending again, and the machine that ran
   * them cannot settle what another one has claimed since.
   */
  claim(options: {
    readonly queue: string
    readonly tasks: Fragment
    readonly worker: string
    readonly lease: number
    readonly limit: number
    /** Whether to claim tasks that the next lost machine would cost their last attempt, or only the others. */
    readonly areSuspects: boolean
    /** Claims only tasks that come after this one in the queue, and are as urgent. */
    readonly after: { readonly priority: number; readonly seq: number } | undefined
  }): Query<Claimed> {
    const { dialect, executor, sql } = this
    const { after, areSuspects, lease, limit, queue, tasks, worker } = options
    const onwards = after === undefined ? sql`1 = 1` : sql`priority = ${after.priority} AND seq > ${after.seq}`
    // The limit is text and not a parameter: for a parameter Postgres would plan anew, and read the whole queue.
    const first = sql`SELECT seq FROM effect_futures_tasks
      WHERE executor = ${executor} AND queue = ${queue} AND state = 'pending' AND task IN ${tasks}
        AND is_suspect = ${sql.literal(areSuspects ? "1" : "0")} AND ${onwards} AND ${dialect.unflushed}
      ORDER BY priority DESC, seq LIMIT ${sql.literal(String(limit))} ${dialect.skipLocked}`
    const claimed = sql<Claimed>`UPDATE effect_futures_tasks
      SET state = 'running', attempt = attempt + 1, claims = claims + 1, worker = ${worker},
        lease_until = ${dialect.now} + ${lease}, begun_at = ${dialect.now}
      WHERE seq IN (${first})
      RETURNING seq, key, task, label, args, trace, priority, timeout, retries, max_attempts AS "maxAttempts", attempt, claims,
        buffer, demanded`
    return Effect.map(claimed, (rows) =>
      rows
        .map((row) => ({
          ...row,
          seq: Number(row.seq),
          timeout: row.timeout === null ? null : Number(row.timeout),
          demanded: row.demanded === null ? null : Number(row.demanded)
        }))
        .toSorted((a, b) => b.priority - a.priority || a.seq - b.seq)
    )
  }

  /** Settles claimed tasks. The result lacks the tasks that others have claimed since, and that they will settle. */
  settle(settlements: ReadonlyArray<Settlement>, worker: string): Query<Seen> {
    const { dialect, sql } = this
    const from = dialect.rows(settlements, settlementColumns)
    // A cancellation in time counts more than how the task ended, so the code that cancelled can rely on it.
    const state = sql`CASE WHEN t.is_cancelled = 1 THEN 'cancelled'
      WHEN v."state" = 'pending' AND v."delay" > 0 THEN 'scheduled' ELSE v."state" END`
    const isOver = sql`(t.is_cancelled = 1 OR v."state" <> 'pending')`
    const settled = sql<Seen>`UPDATE effect_futures_tasks AS t
      SET state = ${state}, attempt = t.attempt - v."uncounted", is_held = 0, lease_until = NULL,
        visible_at = CASE WHEN ${isOver} THEN t.visible_at ELSE ${dialect.now} + v."delay" END,
        due_at = CASE WHEN ${isOver} THEN t.due_at ELSE ${dialect.now} + v."delay" END,
        outcome = v."outcome", tag = v."tag", last_failure = COALESCE(v."failure", t.last_failure),
        report = COALESCE(v."report", t.report),
        settled_at = CASE WHEN ${isOver} THEN ${dialect.now} END,
        expires_at = CASE WHEN ${isOver} THEN ${dialect.now} +
          CASE WHEN v."state" = 'failed' AND t.is_cancelled = 0 THEN t.retain_failed ELSE t.retain END END
      FROM ${from}
      WHERE t.seq = v."seq" AND t.claims = v."claims" AND t.worker = ${worker} AND t.state = 'running'
      RETURNING ${this.seen(dialect.isPostgres ? "t." : "")}`
    return this.numbered(settled)
  }

  /**
   * Tells other processes how tasks ended. A separate statement does this: commits that notify take turns, and a submission would wait
   * until all outcomes before it are on the disk.
   */
  tell(seen: ReadonlyArray<Seen>): Effect.Effect<void> {
    if (!this.dialect.isPostgres || seen.length === 0) return Effect.void
    const settled = seen.filter(({ state }) => isSettled(state)).map(({ seq }) => seq)
    const signals: Array<Signal> = []
    if (settled.length > 0) signals.push({ _tag: "Changed", seqs: settled })
    if (settled.length < seen.length) signals.push({ _tag: "Work" })
    return Effect.forEach(signals, (signal) => this.signal(signal), { discard: true })
  }

  /** Sends a hint to other processes. A process that misses it finds out by polling. */
  signal(signal: Signal): Effect.Effect<void> {
    const { dialect, executor, sql } = this
    if (!dialect.isPostgres) return Effect.void
    return Effect.ignore(sql`SELECT pg_notify(${channel}, ${writeSignal(executor, signal)})`)
  }

  /** Keeps the last reports of tasks. */
  report(reported: ReadonlyArray<Reported>): Query<{ readonly seq: number }> {
    const { dialect, sql } = this
    const from = dialect.rows(reported, { seq: "bigint", claims: "integer", report: "text" })
    return this.numbered(
      sql<{ readonly seq: number }>`UPDATE effect_futures_tasks AS t SET report = v."report" FROM ${from}
        WHERE t.seq = v."seq" AND t.claims = v."claims" AND t.state = 'running'
        RETURNING ${sql.literal(dialect.isPostgres ? "t.seq" : "seq")}`
    )
  }

  /** Renews the leases of a machine, and returns the claims that it still has. */
  renew(worker: string, lease: number): Query<{ readonly seq: number; readonly claims: number }> {
    const { dialect, executor, sql } = this
    return this.numbered(
      sql<{ readonly seq: number; readonly claims: number }>`UPDATE effect_futures_tasks
        SET lease_until = ${dialect.now} + ${lease}
        WHERE executor = ${executor} AND state = 'running' AND worker = ${worker}
        RETURNING seq, claims`
    )
  }

  /** The tasks of a machine that are to be stopped, and the demand of its streams' readers. */
  wishes(worker: string): Query<Wish> {
    const { executor, sql } = this
    return this.numbered(
      sql<Wish>`SELECT seq, is_cancelled AS "isCancelled", demanded FROM effect_futures_tasks
        WHERE executor = ${executor} AND state = 'running' AND worker = ${worker}
          AND (is_cancelled = 1 OR demanded IS NOT NULL)`
    )
  }

  /** Cancels the tasks that no machine has claimed. If `orStop`, it also marks the others to be stopped. */
  cancel(seqs: ReadonlyArray<number>, orStop: boolean): Query<Seen> {
    const { dialect, sql } = this
    const waits = sql`state IN ('pending', 'scheduled')`
    const cancelled = sql`UPDATE effect_futures_tasks SET ${this.cancelling(waits)}
      WHERE seq IN ${dialect.list(seqs, "bigint")} AND (${waits} ${sql.literal(orStop ? "OR state = 'running'" : "")})
      RETURNING ${this.seen("")}`
    return this.numbered(this.telling<Seen>(cancelled, { _tag: "Cancelled", seqs }))
  }

  read(seqs: ReadonlyArray<number>): Query<Seen> {
    const { dialect, sql } = this
    return this.numbered(
      sql<Seen>`SELECT ${this.seen("")} FROM effect_futures_tasks WHERE seq IN ${dialect.list(seqs, "bigint")}`
    )
  }

  /** Releases tasks that their executor has held back. */
  release(seqs: ReadonlyArray<number>): Query<{ readonly seq: number }> {
    const { dialect, sql } = this
    const released = sql`UPDATE effect_futures_tasks
      SET is_held = 0, visible_at = due_at,
        state = CASE WHEN due_at <= ${dialect.now} THEN 'pending' ELSE 'scheduled' END
      WHERE seq IN ${dialect.list(seqs, "bigint")} AND state = 'scheduled' AND is_held = 1
      RETURNING seq`
    return this.numbered(this.telling<{ readonly seq: number }>(released, { _tag: "Work" }))
  }

  /** Postpones the time at which the tasks that are held back become due. */
  hold(owner: string, hold: number): Effect.Effect<void, SqlError> {
    const { dialect, executor, sql } = this
    const until = sql`${dialect.now} + ${hold}`
    return Effect.asVoid(
      sql`UPDATE effect_futures_tasks
        SET visible_at = CASE WHEN due_at > ${until} THEN due_at ELSE ${until} END
        WHERE executor = ${executor} AND state = 'scheduled' AND is_held = 1 AND owner = ${owner}`
    )
  }

  private seen(prefix: "" | "t."): Fragment {
    const columns = ["seq", "key", "state", "worker", "attempt", "claims", "outcome", "tag", "report"].map(
      (name) => prefix + name
    )
    return this.sql.literal(`${columns.join(", ")}, ${prefix}last_failure AS "lastFailure"`)
  }

  /** The statement. If it changes anything, its commit also signals that to other processes. */
  private telling<Row extends object>(statement: Statement<unknown>, signal: Signal): Query<Row> {
    const { dialect, executor, sql } = this
    // SQLite has no notifications. There, processes see that the file has changed.
    if (!dialect.isPostgres) return statement as Statement<Row>
    return sql<Row>`WITH done AS (${statement})
      SELECT done.*, (SELECT COUNT(*) FROM pg_notify(${channel}, ${writeSignal(executor, signal)})) AS told FROM done`
  }

  /** The numbers of the tasks that a statement returns. */
  seqs(query: Query<object>): Query<number> {
    // Each such statement selects the column.
    return Effect.map(query as Query<{ readonly seq: number }>, (rows) => rows.map(({ seq }) => Number(seq)))
  }

  /** The changes to a task that is cancelled: one that waits ends at once, and a running one is stopped by its machine. */
  cancelling(waits: Fragment): Fragment {
    const { dialect, sql } = this
    return sql`is_cancelled = 1, settled_at = CASE WHEN ${waits} THEN ${dialect.now} END,
      expires_at = CASE WHEN ${waits} THEN ${dialect.now} + retain END,
      state = CASE WHEN ${waits} THEN 'cancelled' ELSE state END`
  }

  /** Postgres returns 64-bit integers as text. */
  private numbered<Row extends { readonly seq: number }>(query: Query<Row>): Query<Row> {
    return Effect.map(query, (rows) => rows.map((row) => ({ ...row, seq: Number(row.seq) })))
  }
}

const newRowColumns = {
  n: "integer",
  queue: "text",
  key: "text",
  task: "text",
  label: "text",
  args: "text",
  trace: "text",
  priority: "double precision",
  delay: "bigint",
  isHeld: "integer",
  hold: "bigint",
  timeout: "bigint",
  retries: "text",
  maxAttempts: "integer",
  retain: "bigint",
  retainFailed: "bigint",
  owner: "text",
  buffer: "integer"
} as const

const settlementColumns = {
  seq: "bigint",
  claims: "integer",
  state: "text",
  delay: "bigint",
  uncounted: "integer",
  outcome: "text",
  tag: "text",
  failure: "text",
  report: "text"
} as const
