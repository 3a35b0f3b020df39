import { afterAll, beforeAll, describe } from "@effect/vitest"
import { Effect } from "effect"
import { DurableExecutor } from "effect-futures/durable"
import { durableBehaviour, sqlClient } from "./behaviour.ts"
import { isWithoutPostgres, PostgresServer } from "./support/PostgresServer.ts"

describe.skipIf(isWithoutPostgres())("with a server of its own", () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.make()
  }, 60_000)
  afterAll(() => server.remove())

  durableBehaviour(
    "DurableExecutor on Postgres",
    Effect.suspend(() => sqlClient(DurableExecutor.layerPostgres({ url: server.url })))
  )
})
