import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** Runs `use` with a temporary folder, which is removed afterwards whatever happens. */
export const withTemporaryFolder = async <A>(use: (folder: string) => A | Promise<A>): Promise<A> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "effect-futures-"))
  // A signal would end the script without its `finally`.
  const interrupted = () => {
    fs.rmSync(folder, { recursive: true, force: true })
    process.exit(130)
  }
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted)
  try {
    return await use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted)
  }
}
