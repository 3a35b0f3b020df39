import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { root } from "./root.ts"

/** The file with all public signatures. */
export const apiFile = path.join(root, "api/report.txt")

/** All public signatures, from the declarations that the compiler makes. What is in `folder` is replaced. */
export const apiReport = (folder: string): string => {
  const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
  const options = ["--emitDeclarationOnly", "--declarationMap", "false", "--outDir", folder]
  fs.rmSync(folder, { recursive: true, force: true })
  execFileSync(process.execPath, [compiler, "-p", path.join(root, "tsconfig.build.json"), ...options])
  const modules = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll(path.sep, "/"))
    .filter((file) => file.endsWith(".d.ts") && !file.startsWith("internal/"))
    .toSorted()
  const heading =
    "The public signatures. Made by `npm run api`, and compared by a test: a change here is a change of the API.\n"
  const sections = modules.map(
    (file) => `## ${file}\n\n${signatures(fs.readFileSync(path.join(folder, file), "utf8"))}`
  )
  return [heading, ...sections].join("\n")
}

/** Declarations without comments, imports and traces of the compiler: those are no part of the API. */
const signatures = (declarations: string): string => {
  const lines = declarations
    .replaceAll(/^[ \t]*\/\*\*[^]*?\*\/\n/gm, "")
    .split("\n")
    .filter((line) => !/^(?:import |export \{\};|\/\/#|#!)/.test(line) && line.trim() !== "")
  return `${lines.join("\n")}\n`
}
