import { DurableExecutor } from "effect-futures/durable"

/** A database by its place: the URL of a Postgres, or the name of a file. */
export const layerOf = (place: string) =>
  place.startsWith("postgres:")
    ? DurableExecutor.layerPostgres({ url: place })
    : DurableExecutor.layerSqlite({ filename: place })
