import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "./root.ts"
import { run } from "./run.ts"

/** Builds and packs the package as `npm publish` would, and returns the tarball's path. */
export const packTarball = (folder: string): string => {
  run("npm", ["pack", "--silent", "--pack-destination", folder], root)
  const tarball = fs.readdirSync(folder).find((file) => file.endsWith(".tgz"))
  if (tarball === undefined) {
    throw new Error(`npm pack left no tarball in ${folder}`)
  }
  return path.join(folder, tarball)
}
