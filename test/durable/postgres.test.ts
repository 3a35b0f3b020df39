import { postgresBehaviour } from "./postgresBehaviour.ts"

// The other parts of the table: `test/soak/postgres.test.ts`. On SQLite and in memory all of it is in `sqlite.test.ts` and `memory.test.ts`.
postgresBehaviour(["transport"])
