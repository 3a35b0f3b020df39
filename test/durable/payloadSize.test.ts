import { assert, describe, it } from "vitest"
import type { SqlClient } from "effect/sql/SqlClient"
import { InvalidOptionsError } from "effect-futures"
import { checkPayloadSize } from "../../src/internal/durable/storage/checkPayloadSize.ts"

const client = (config: object): SqlClient =>
  ({ config, onDialectOrElse: ({ pg }: { readonly pg: () => unknown }) => pg() }) as unknown as SqlClient

describe("maxPayloadBytes", () => {
  it("is refused if the client of Postgres could not read what would be stored", () => {
    assert.throws(() => checkPayloadSize(client({}), 17_000_000), InvalidOptionsError, /maxMessageSize/)
    assert.throws(() => checkPayloadSize(client({ maxMessageSize: 2 ** 25 }), 17_000_000), InvalidOptionsError)
  })

  it("may be as large as the client allows", () => {
    checkPayloadSize(client({}), 1024 * 1024)
    checkPayloadSize(client({ maxMessageSize: 2 ** 30 }), 17_000_000)
  })
})
