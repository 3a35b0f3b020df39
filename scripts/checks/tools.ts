import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "../root.ts"
import { expectLines, outputOf, type Project, tool } from "./Project.ts"

/** A CommonJS program, with tasks in a CommonJS file. */
export const commonJs = (project: Project): void => {
  const folder = project.copy("commonjs", ["commonjs"])
  expectLines("CommonJS", outputOf(process.execPath, ["main.cjs"], folder), ["42"])
}

/** TypeScript that is compiled to CommonJS. */
export const typeScriptCommonJs = (project: Project): void => {
  const folder = project.copy("typescript-commonjs", ["typescript-commonjs"])
  const compilerOptions = {
    target: "es2024",
    module: "nodenext",
    strict: true,
    outDir: "dist",
    types: ["node"],
    typeRoots: [path.join(root, "node_modules/@types")]
  }
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }))
  outputOf(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", "."], folder)
  const compiled = fs.readFileSync(path.join(folder, "dist/tasks.js"), "utf8")
  if (!compiled.includes("require(")) throw new Error("TypeScript has not compiled it to CommonJS")
  expectLines("TypeScript to CommonJS", outputOf(process.execPath, ["dist/main.js"], folder), ["42"])
}

/** Tests whose tasks are written for Vite rather than for Node.js. */
export const vitest = (project: Project): void => {
  const folder = project.withPackages("vitest", "vitest", ["vitest", "tsx"])
  for (const pool of ["forks", "threads"])
    outputOf(tool("vitest"), ["run", `--pool=${pool}`, "--testTimeout=60000"], folder)
}

/** A program that tsx runs, and its workers with it. */
export const tsx = (project: Project): void => {
  const folder = project.withPackages("tsx", "vitest", ["tsx"])
  fs.copyFileSync(path.join(root, "scripts/consumer/tsx/main.ts"), path.join(folder, "main.ts"))
  expectLines("tsx", outputOf(process.execPath, ["--import", "tsx", "main.ts"], folder), ["2000", "2000"])
}
