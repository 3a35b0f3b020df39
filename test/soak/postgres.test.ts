import { postgresBehaviour } from "../durable/postgresBehaviour.ts"

// The other parts of the table: `test/durable/postgres.test.ts`.
postgresBehaviour(["workers", "engine"])
