import { realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"

const evaluates = /^(-e|-p|-pe|--eval|--print)(=|$)/

/** The URL of the file that this program was started with. `undefined` for code from the command line or stdin. */
export const mainModule = (): string | undefined => (found ??= { url: find() }).url

let found: { readonly url: string | undefined } | undefined

const find = (): string | undefined => {
  const file = process.argv[1]
  // Without a file, the first argument is something else.
  if (file === undefined || file === "-" || process.execArgv.some((flag) => evaluates.test(flag))) return undefined
  try {
    // The path may lack an extension, or be a folder, so Node.js resolves it.
    const resolved = createRequire(pathToFileURL(resolve("./"))).resolve(resolve(file))
    return pathToFileURL(realpathSync(resolved)).href
  } catch {
    // The file is gone, or cannot be read.
    return pathToFileURL(resolve(file)).href
  }
}
