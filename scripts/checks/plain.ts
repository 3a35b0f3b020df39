import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "../root.ts"
import { run } from "../run.ts"
import { expectLines, outputOf, type Project } from "./Project.ts"

// The default "lib" has the DOM, whose types Effect's declarations name (CryptoKey).
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
  files: ["main.ts"]
}

/** The package as it is installed: its types, and a program with each part of it, which Node.js runs as it is. */
export const plain = (project: Project): void => {
  const folder = project.copy("plain", ["plain"])
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
  run(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", "."], folder)
  const noInspector = /WARN .*worker threads can be inspected only from the main thread/
  const lines = ["main thread: ok", noInspector, "worker thread: ok"]
  expectLines("plain", outputOf(process.execPath, ["main.ts"], folder), lines)
}
