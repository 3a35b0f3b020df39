import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"
import { performance } from "../../timers.ts"
import type { Ledger } from "./Ledger.ts"
import { Watch } from "./Watch.ts"

/** How many rows one statement removes, so that it does not block others for long. */
const batch = 1000

/** Regular work on the tables. Machines and waiting programs all do it, and two at once do no harm. */
export class Upkeep {
  private readonly ledger: Ledger
  private readonly machines: Watch
  private readonly readers: Watch
  private readonly holders: Watch

  /** How often this process looks for machines and readers that are gone, and for tasks whose time has come, in milliseconds. */
  constructor(ledger: Ledger, intervals: { readonly looks: number; readonly polls: number }) {
    this.ledger = ledger
    const now = () => performance.now()
    this.machines = new Watch(intervals.looks, now)
    this.readers = new Watch(intervals.looks, now)
    this.holders = new Watch(intervals.polls, now)
  }

  /**
   * Makes tasks claimable whose time has come. Also returns the milliseconds until the next one is due. Tasks that a program holds back are
   * among them, if it has not postponed their time.
   */
  get promote(): Effect.Effect<{ readonly isAnyDue: boolean; readonly next: number }, SqlError> {
    const { holders } = this
    const { dialect, executor, sql } = this.ledger
    const scheduled = (areHeldDue: boolean) =>
      areHeldDue
        ? sql`executor = ${executor} AND state = 'scheduled'`
        : sql`executor = ${executor} AND state = 'scheduled' AND is_held = 0`
    const promote = (areHeldDue: boolean) => sql`UPDATE effect_futures_tasks SET state = 'pending', is_held = 0
      WHERE ${scheduled(areHeldDue)} AND visible_at <= ${dialect.now}`
    const next = (areHeldDue: boolean) =>
      Effect.map(
        sql<{ readonly millis: number | null }>`SELECT MIN(visible_at) - ${dialect.now} AS millis
          FROM effect_futures_tasks WHERE ${scheduled(areHeldDue)}`,
        ([row]) => Number(row?.millis ?? Infinity)
      )
    // A write where nothing is due would wake all processes that watch the file.
    return Effect.gen(function* () {
      const first = yield* next(true)
      const areHeldDue = holders.look()
      if (first > 0) return { isAnyDue: false, next: first }
      yield* promote(areHeldDue)
      return { isAnyDue: true, next: yield* next(areHeldDue) }
    })
  }

  /** Takes tasks away from machines that have not renewed their leases. This costs the tasks an attempt; after the last one they fail. */
  get reclaim(): Effect.Effect<ReadonlyArray<number>, SqlError> {
    const { dialect, executor, sql } = this.ledger
    const isLast = sql`attempt >= max_attempts`
    const isOver = sql`(is_cancelled = 1 OR ${isLast})`
    const lost = sql`executor = ${executor} AND state = 'running' AND lease_until < ${dialect.now}`
    const reclaim = sql`UPDATE effect_futures_tasks
      SET state = CASE WHEN is_cancelled = 1 THEN 'cancelled' WHEN ${isLast} THEN 'failed' ELSE 'pending' END,
        tag = CASE WHEN is_cancelled = 0 AND ${isLast} THEN 'AttemptsExhaustedError' END,
        is_suspect = CASE WHEN attempt >= max_attempts - 1 THEN 1 ELSE 0 END,
        lease_until = NULL,
        settled_at = CASE WHEN ${isOver} THEN ${dialect.now} END,
        expires_at = CASE WHEN is_cancelled = 1 THEN ${dialect.now} + retain
          WHEN ${isLast} THEN ${dialect.now} + retain_failed END
      WHERE ${lost}
      RETURNING seq`
    return this.changeAny(lost, this.machines, reclaim)
  }

  /** Cancels streams whose readers have died. If they run, their machines are told. */
  get abandon(): Effect.Effect<ReadonlyArray<number>, SqlError> {
    const { dialect, executor, sql } = this.ledger
    const abandoned = sql`executor = ${executor} AND reader_until < ${dialect.now} AND reader_until IS NOT NULL
      AND state IN ('scheduled', 'pending', 'running') AND is_cancelled = 0`
    const changes = this.ledger.cancelling(sql`state <> 'running'`)
    const cancel = sql`UPDATE effect_futures_tasks SET ${changes} WHERE ${abandoned} RETURNING seq`
    return this.changeAny(abandoned, this.readers, cancel)
  }

  /**
   * Changes the tasks of machines or readers that the watch takes for gone. If there are none, it does not try: a write would wake all
   * processes that watch the file.
   */
  private changeAny(
    condition: Fragment,
    watch: Watch,
    change: Statement<object>
  ): Effect.Effect<ReadonlyArray<number>, SqlError> {
    const any = this.ledger.sql`SELECT 1 FROM effect_futures_tasks WHERE ${condition} LIMIT 1`
    return Effect.flatMap(any, (found) =>
      !watch.look() || found.length === 0 ? Effect.succeed([]) : this.ledger.seqs(change)
    )
  }

  /** Removes expired tasks. */
  get forget(): Effect.Effect<void, SqlError> {
    const { dialect, executor, sql } = this.ledger
    // The order makes Postgres use the index. Without statistics it would read the whole table.
    const old = sql`SELECT seq FROM effect_futures_tasks
      WHERE executor = ${executor} AND expires_at <= ${dialect.now} ORDER BY expires_at LIMIT ${sql.literal(String(batch))}`
    const forget: Effect.Effect<void, SqlError> = Effect.flatMap(this.ledger.seqs(old), (found) => {
      if (found.length === 0) return Effect.void
      const seqs = dialect.list(found, "bigint")
      // The condition is repeated here, because the key may have been given to another task since.
      const tasks = sql`DELETE FROM effect_futures_tasks WHERE expires_at <= ${dialect.now} AND seq IN ${seqs}`
      const elements = sql`DELETE FROM effect_futures_elements WHERE seq IN ${seqs}`
      return Effect.andThen(Effect.andThen(elements, tasks), found.length < batch ? Effect.void : forget)
    })
    return forget
  }
}
