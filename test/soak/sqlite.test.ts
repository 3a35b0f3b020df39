import { vi } from "@effect/vitest"
import { failures } from "../durable/failures.ts"
import { streams } from "../durable/streams.ts"
import { onSqlite } from "../durable/support/databases.ts"

vi.setConfig({ testTimeout: 120_000 })

// On Postgres: `durableFailures.test.ts` and `test/durable/streams.test.ts`.
onSqlite(failures)
onSqlite(streams)
