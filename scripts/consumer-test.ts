/**
 * Uses the package as its users get it: packs it, installs the tarball into an empty folder with nothing but the peers that are
 * not optional, and builds and runs there what is in consumer/. The recipes of docs/deployment.md are among it.
 *
 * Arguments choose what to do: `npm run test:consumer -- bundling`.
 */
import { bundling } from "./checks/bundlers.ts"
import { browser } from "./checks/browser.ts"
import { durable } from "./checks/durable.ts"
import { gettingStarted } from "./checks/gettingStarted.ts"
import { plain } from "./checks/plain.ts"
import { Project } from "./checks/Project.ts"
import { otherRuntimes } from "./checks/runtimes.ts"
import { commonJs, tsx, typeScriptCommonJs, vitest } from "./checks/tools.ts"
import { withTemporaryFolder } from "./withTemporaryFolder.ts"

const checks = {
  plain,
  gettingStarted,
  bundling,
  commonJs,
  typeScriptCommonJs,
  tsx,
  vitest,
  durable,
  otherRuntimes,
  browser
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in checks))
if (unknown.length > 0) throw new Error(`There is no ${unknown.join()}, only ${Object.keys(checks).join(", ")}`)

await withTemporaryFolder(async (folder) => {
  const project = Project.install(folder)
  for (const [name, check] of Object.entries(checks)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    await check(project)
    console.log(`${name}: ok`)
  }
})
console.log("The packed package installs, typechecks and runs.")
