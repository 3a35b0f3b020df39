import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Demand } from "./Hub.ts"
import type { Ledger } from "./Ledger.ts"

/** Elements of a stream, which a machine has made. */
export interface NewElements {
  readonly seq: number
  /** The number of the machine's claim. */
  readonly claims: number
  /** How many elements came before them, and how many there are with them. */
  readonly start: number
  readonly end: number
  /** Of all elements up to the last of them. */
  readonly digest: number
  /** As JSON: an array of what was written down for each. */
  readonly elements: string
}

/** Elements of a stream, as its reader finds them. */
export interface StoredElements {
  readonly seq: number
  readonly start: number
  readonly end: number
  readonly elements: string
}

/** How far a stream has come. */
export interface Progress {
  readonly count: number
  readonly digest: number
}

/** The demand of a reader, and what it has read. */
export interface Demanded extends Demand {
  /** Where the last elements start that it has: how far the stream has come, they alone tell. */
  readonly kept: number
}

/**
 * The elements of streams in the database, between the machine that makes them and the program that reads them.
 *
 * They are in batches, each under the number of its first element. A batch is removed when its reader has the next one.
 */
export class StreamLedger {
  private readonly ledger: Ledger

  constructor(ledger: Ledger) {
    this.ledger = ledger
  }

  /**
   * Adds elements, and gives whose claims they were that still hold. Nothing is added under a claim that is lost: the one who has the
   * task now goes on where the elements end that are there.
   */
  append(batches: ReadonlyArray<NewElements>, worker: string): Effect.Effect<ReadonlyArray<number>, SqlError> {
    const { dialect, sql } = this.ledger
    const from = dialect.rows(batches, {
      seq: "bigint",
      claims: "integer",
      start: "bigint",
      end: "bigint",
      digest: "integer",
      elements: "text"
    })
    // Locked on Postgres, so that nobody else can claim the task before they are there.
    const lock = sql.literal(dialect.isPostgres ? "FOR SHARE OF t" : "")
    return this.seqs(sql`INSERT INTO effect_futures_elements (seq, starts_at, ends_at, digest, elements)
      SELECT v."seq", v."start", v."end", v."digest", v."elements"
      FROM ${from} JOIN effect_futures_tasks AS t ON t.seq = v."seq" AND t.claims = v."claims"
      WHERE t.worker = ${worker} AND t.state = 'running' ${lock}
      ON CONFLICT (seq, starts_at) DO UPDATE SET elements = excluded.elements
      RETURNING seq`)
  }

  /** How far an earlier attempt has come. */
  progress(seq: number): Effect.Effect<Progress, SqlError> {
    const { sql } = this.ledger
    return Effect.map(
      sql<Progress>`SELECT ends_at AS count, digest FROM effect_futures_elements
        WHERE seq = ${seq} ORDER BY starts_at DESC LIMIT 1`,
      ([row]) => ({ count: Number(row?.count ?? 0), digest: row?.digest ?? 0 })
    )
  }

  /** The elements that come next, in order. */
  read(
    streams: ReadonlyArray<{ readonly seq: number; readonly next: number }>
  ): Effect.Effect<ReadonlyArray<StoredElements>, SqlError> {
    const { dialect, sql } = this.ledger
    const from = dialect.rows(streams, { seq: "bigint", next: "bigint" })
    return Effect.map(
      sql<StoredElements>`SELECT e.seq, e.starts_at AS start, e.ends_at AS "end", e.elements
        FROM ${from} JOIN effect_futures_elements AS e ON e.seq = v."seq" AND e.starts_at >= v."next"
        ORDER BY e.seq, e.starts_at`,
      (rows) => rows.map((row) => ({ ...row, seq: Number(row.seq), start: Number(row.start), end: Number(row.end) }))
    )
  }

  /** Says what readers have room for, and removes what they have read. */
  demand(all: ReadonlyArray<Demanded>): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    const from = dialect.rows(all, { seq: "bigint", demanded: "bigint", kept: "bigint" })
    const remove = sql`DELETE FROM effect_futures_elements WHERE (seq, starts_at) IN (
      SELECT e.seq, e.starts_at FROM ${from} JOIN effect_futures_elements AS e ON e.seq = v."seq" AND e.starts_at < v."kept")`
    // Never less than before, whichever of two arrives first.
    const demand = sql`UPDATE effect_futures_tasks SET demanded = v."demanded" FROM ${from}
      WHERE effect_futures_tasks.seq = v."seq" AND effect_futures_tasks.demanded < v."demanded"`
    // The disk is waited for once.
    return Effect.asVoid(
      dialect.isPostgres ? sql`WITH removed AS (${remove}) ${demand}` : Effect.andThen(remove, demand)
    )
  }

  /** Says that the readers are still there. */
  attend(seqs: ReadonlyArray<number>, hold: number): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    return Effect.asVoid(
      sql`UPDATE effect_futures_tasks SET reader_until = ${dialect.now} + ${hold}
        WHERE seq IN ${dialect.list(seqs, "bigint")} AND reader_until IS NOT NULL`
    )
  }

  /** Nobody reads them any more. */
  remove(seqs: ReadonlyArray<number>): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    return Effect.asVoid(sql`DELETE FROM effect_futures_elements WHERE seq IN ${dialect.list(seqs, "bigint")}`)
  }

  private seqs(query: Effect.Effect<ReadonlyArray<object>, SqlError>): Effect.Effect<ReadonlyArray<number>, SqlError> {
    return Effect.map(query as Effect.Effect<ReadonlyArray<{ readonly seq: number }>, SqlError>, (rows) =>
      rows.map(({ seq }) => Number(seq))
    )
  }
}
