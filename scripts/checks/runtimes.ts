import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pageTitle } from "./browser.ts"
import { expectLines, outputOf, type Project } from "./Project.ts"

interface Runtime {
  /** The npm package that has its binary. */
  readonly version: string
  readonly args: ReadonlyArray<string>
  readonly expected: ReadonlyArray<string | RegExp>
}

const threads = ["main runs", "threads 42", "threads TaskTimeoutError"]

const runtimes: Readonly<Record<string, Runtime>> = {
  bun: {
    version: "1.4.5",
    args: [],
    expected: [...threads, /^processes UnsupportedRuntimeError: ProcessExecutor.make needs v8.Serializer, which Bun/]
  },
  deno: {
    version: "2.9.6",
    args: ["run", "--allow-all"],
    expected: [...threads, "processes 42", "processes TaskTimeoutError"]
  }
}

/** Other runtimes are tried where the npm registry has them. A missing one is named, and nothing hangs. */
export const otherRuntimes = (project: Project): void => {
  for (const [name, { args, expected, version }] of Object.entries(runtimes)) {
    const binary = install(path.join(project.folder, "..", `runtime-${name}`), name, version)
    if (binary === undefined) continue
    const folder = project.copy(name, ["program", "browser"])
    expectLines(`the core in ${name}`, outputOf(binary, [...args, "printed.ts"], folder), [pageTitle])
    const lines = outputOf(binary, [...args, "main.ts"], folder)
      .trimEnd()
      .split("\n")
    // The log of the program says, too, that there is no inspector.
    const own = lines.filter((line) => /^(main|threads|processes) /.test(line) && !line.startsWith("threads were"))
    expectLines(name, own.join("\n"), expected)
    console.log(`${name}: ok`)
  }
}

const install = (folder: string, name: string, version: string): string | undefined => {
  fs.mkdirSync(folder)
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, allowScripts: { [name]: true } }))
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`]
  const { status, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" })
  if (status === 0) return path.join(folder, "node_modules/.bin", name)
  console.log(`${name} ${version} cannot be installed here, so nothing was run with it: ${stderr.trim()}`)
  return undefined
}
