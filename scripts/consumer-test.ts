/**
 * Uses the package as its users get it: packs it, installs the tarball into an empty folder with nothing
 * but the peers that are not optional, and typechecks and runs consumer/consumer.ts there.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { packTarball } from "./packTarball.ts"
import { root } from "./root.ts"
import { run } from "./run.ts"
import { withTemporaryFolder } from "./withTemporaryFolder.ts"

interface PackageJson {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
  readonly devDependencies: Readonly<Record<string, string>>
}

// The peers that a user must have, in the versions that this project is developed with.
const requiredPeers = (): ReadonlyArray<string> => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as PackageJson
  return Object.keys(manifest.peerDependencies)
    .filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true)
    .map((name) => `${name}@${manifest.devDependencies[name]}`)
}

// No "lib": the default has the DOM, whose types Effect's declarations name (CryptoKey).
const tsconfig = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ["node"],
    typeRoots: [path.join(root, "node_modules/@types")]
  },
  files: ["consumer.ts"]
}

await withTemporaryFolder((folder) => {
  const tarball = packTarball(folder)
  const project = path.join(folder, "consumer")
  fs.mkdirSync(project)
  fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "consumer", type: "module" }))
  fs.writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify(tsconfig))
  fs.cpSync(path.join(root, "scripts/consumer"), project, { recursive: true })

  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
  run("npm", [...install, tarball, ...requiredPeers()], project)
  run(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", "."], project)
  run(process.execPath, ["consumer.ts"], project)
})
console.log("The packed package installs, typechecks and runs.")
