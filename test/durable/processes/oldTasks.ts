import { Task } from "effect-futures"
import * as fs from "node:fs"

/** `Far` as it was before it had more functions. */
export const OldFar = Task.module(
  import.meta.url,
  {
    note: (log: string, name: string) => {
      fs.appendFileSync(log, `${name}\n`)
      return process.pid
    }
  },
  { id: "far" }
)
