import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "vitest"

const root = path.resolve(import.meta.dirname, "..")

/** The files that `npm pack` would put into the package, apart from `dist`, which it builds at that time. */
const packed = (): ReadonlyArray<string> => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm"
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"]
  const printed = execFileSync(npm, args, { cwd: root, encoding: "utf8", shell: process.platform === "win32" })
  const parsed: unknown = JSON.parse(printed)
  // An array in some versions of npm, an object by name in others.
  const [report] = Object.values(parsed as Record<string, { readonly files: ReadonlyArray<{ readonly path: string }> }>)
  return report!.files.map((file) => file.path).filter((file) => !file.startsWith("dist/"))
}

describe("npm pack", () => {
  const files = packed()

  it("packs the sources, the documentation for users, and what every package has", () => {
    const parts = new Set(files.map((file) => file.split("/")[0]))
    assert.deepStrictEqual(Array.from(parts).toSorted(), ["LICENSE", "README.md", "docs", "package.json", "src"])
    assert.deepStrictEqual(
      files.filter((file) => file.startsWith("src/") && !/\.ts$|README\.md$/.test(file)),
      []
    )
    assert.include(files, "docs/getting-started.md")
    assert.notInclude(files, "docs/contributing.md")
  })

  it("packs all sources", () => {
    const sources = fs
      .readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `src/${file.replaceAll(path.sep, "/")}`)
    assert.deepStrictEqual(files.filter((file) => /^src\/.*\.ts$/.test(file)).toSorted(), sources.toSorted())
  })
})
