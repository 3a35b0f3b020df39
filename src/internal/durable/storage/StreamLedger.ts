import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Demand } from "./Hub.ts"
import type { Ledger } from "./Ledger.ts"

/** Elements of a stream, which a machine has made. */
export interface NewElements {
  readonly seq: number
  /** The number of the machine's claim. */
  readonly claims: number
  /** How many elements came before these, and how many there are with these. */
  readonly start: number
  readonly end: number
  /** The digest of all elements up to the last of these. */
  readonly digest: number
  /** An array in JSON, with the text of each element. */
  readonly elements: string
}

/** Elements of a stream, as its reader gets them. */
export type StoredElements = Pick<NewElements, "seq" | "start" | "end" | "elements">

/** How far a stream has come. */
export interface Progress {
  readonly count: number
  readonly digest: number
}

/** The demand of a reader, and how far it has read. */
export interface Demanded extends Demand {
  /** The start of the last batch that it has read. That batch stays, because it shows how far the stream has come. */
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
   * Adds elements, and returns which of the claims still hold. Under a lost claim nothing is added: the machine that has the task now
   * continues after the elements that are stored.
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
    // The lock (on Postgres) keeps others from claiming the task before the elements are stored.
    const lock = sql.literal(dialect.isPostgres ? "FOR SHARE OF t" : "")
    return this.ledger.seqs(sql`INSERT INTO effect_futures_elements (seq, starts_at, ends_at, digest, elements)
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

  /** The next elements, in order. */
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

  /** Stores the demand of readers, and removes the elements that they have read. */
  demand(all: ReadonlyArray<Demanded>): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    const from = dialect.rows(all, { seq: "bigint", demanded: "bigint", kept: "bigint" })
    const remove = sql`DELETE FROM effect_futures_elements WHERE (seq, starts_at) IN (
      SELECT e.seq, e.starts_at FROM ${from} JOIN effect_futures_elements AS e ON e.seq = v."seq" AND e.starts_at < v."kept")`
    // The maximum counts, because two demands may arrive in any order.
    const demand = sql`UPDATE effect_futures_tasks SET demanded = v."demanded" FROM ${from}
      WHERE effect_futures_tasks.seq = v."seq" AND effect_futures_tasks.demanded < v."demanded"`
    // A transaction waits for the disk only once.
    return Effect.asVoid(
      dialect.isPostgres ? sql`WITH removed AS (${remove}) ${demand}` : Effect.andThen(remove, demand)
    )
  }

  /** Postpones the end of streams whose readers live. */
  attend(seqs: ReadonlyArray<number>, hold: number): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    return Effect.asVoid(
      sql`UPDATE effect_futures_tasks SET reader_until = ${dialect.now} + ${hold}
        WHERE seq IN ${dialect.list(seqs, "bigint")} AND reader_until IS NOT NULL`
    )
  }

  /** Removes the elements of streams without readers. */
  remove(seqs: ReadonlyArray<number>): Effect.Effect<void, SqlError> {
    const { dialect, sql } = this.ledger
    return Effect.asVoid(sql`DELETE FROM effect_futures_elements WHERE seq IN ${dialect.list(seqs, "bigint")}`)
  }
}
