import { vi } from "@effect/vitest"
import { failures } from "../durable/failures.ts"
import { onOneDatabase } from "../durable/support/databases.ts"

vi.setConfig({ testTimeout: 120_000 })

// On SQLite, where there is Postgres: `test/soak/sqlite.test.ts`.
onOneDatabase(failures)
