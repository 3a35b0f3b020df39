import { execFile } from "node:child_process"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import type { Problem } from "./Block.ts"
import type { Written } from "./writeBlocks.ts"

/**
 * Typechecks all blocks in one run of the compiler: the problems of each file.
 *
 * Blocks that cannot be parsed are left out, for the compiler says nothing about types
 * while there is a syntax error anywhere.
 */
export const typecheckBlocks = async (
  root: string,
  folder: string,
  written: ReadonlyArray<Pick<Written, "source" | "broken">>
): Promise<ReadonlyMap<string, ReadonlyArray<Problem>>> => {
  const files = written.filter(({ broken }) => broken === undefined).map(({ source }) => source)
  if (files.length === 0) {
    return new Map()
  }
  const config = path.join(folder, "tsconfig.json")
  fs.writeFileSync(
    config,
    JSON.stringify({
      extends: path.relative(folder, path.join(root, "tsconfig.json")),
      // A block may end with a definition that it does not use.
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
      include: [],
      files
    })
  )
  return parseDiagnostics(folder, await tsc(folder, config))
}

const tsc = (cwd: string, config: string): Promise<string> => {
  const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, "-p", config, "--pretty", "false"],
      { cwd, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        // 1 and 2 are the exit codes for "found errors".
        if (error !== null && error.code !== 1 && error.code !== 2) {
          reject(new Error(`tsc failed on the documentation's code: ${error.message}\n${stdout}${stderr}`))
        } else {
          resolve(stdout)
        }
      }
    )
  })
}

const parseDiagnostics = (folder: string, output: string): ReadonlyMap<string, ReadonlyArray<Problem>> => {
  const problems = new Map<string, ReadonlyArray<Problem>>()
  let current: { line: number; message: string } | undefined
  for (const text of output.split("\n")) {
    const start = text.match(/^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/)
    if (start !== null) {
      const file = path.resolve(folder, start[1]!)
      current = { line: Number(start[2]), message: start[3]! }
      problems.set(file, [...(problems.get(file) ?? []), current])
    } else if (text.startsWith("error ")) {
      throw new Error(`tsc failed on the documentation's code: ${text}`)
    } else if (current !== undefined && text.trim() !== "") {
      current.message += `\n${text}`
    }
  }
  return problems
}
