import { Effect } from "effect"
import { DurableExecutor } from "effect-futures/durable"
import type { PartName } from "../behaviour/behaviour.ts"
import { durableBehaviour, sqlClient } from "./behaviour.ts"
import { onPostgres } from "./support/databases.ts"

/** The behaviour table on Postgres, or parts of it. */
export const postgresBehaviour = (parts: ReadonlyArray<PartName>): void =>
  onPostgres(({ place }) =>
    durableBehaviour(
      "DurableExecutor",
      Effect.suspend(() => sqlClient(DurableExecutor.layerPostgres({ url: place() }))),
      parts
    )
  )
