/** Writes the file with all public signatures: `npm run api`. */
import * as fs from "node:fs"
import * as path from "node:path"
import { apiFile, apiReport } from "./apiReport.ts"
import { root } from "./root.ts"

const folder = path.join(root, ".tmp/api")
fs.mkdirSync(path.dirname(apiFile), { recursive: true })
fs.writeFileSync(apiFile, apiReport(folder))
fs.rmSync(folder, { recursive: true, force: true })
