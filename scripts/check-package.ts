/**
 * Checks what would be published: publint (the package.json and the files it names) and
 * attw (whether TypeScript finds the right types at every entry), both on the packed tarball.
 */
import * as path from "node:path"
import { packTarball } from "./packTarball.ts"
import { root } from "./root.ts"
import { run } from "./run.ts"
import { withTemporaryFolder } from "./withTemporaryFolder.ts"

const bin = (name: string): string => path.join(root, "node_modules/.bin", name)

await withTemporaryFolder((folder) => {
  const tarball = packTarball(folder)
  run(bin("publint"), ["--strict", tarball], root)
  run(bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"], root)
})
