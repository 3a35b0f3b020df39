import { vi } from "@effect/vitest"
import { streams } from "./streams.ts"
import { onOneDatabase } from "./support/databases.ts"

vi.setConfig({ testTimeout: 120_000 })

// On SQLite, where there is Postgres: `test/soak/sqlite.test.ts`.
onOneDatabase(streams)
