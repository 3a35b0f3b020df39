// For `--import`: notes that a worker starts.
import * as fs from "node:fs"
import { threadId } from "node:worker_threads"

fs.appendFileSync(process.env["NOTE_STARTS_IN"]!, `${process.pid}/${threadId}\n`)
