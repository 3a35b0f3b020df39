import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"

const src = path.resolve(import.meta.dirname, "../../src")

/** The imports of a file at run time, and the imports of those: files of ours, and modules by name. */
const importsOf = (entry: string): { readonly files: ReadonlySet<string>; readonly modules: ReadonlySet<string> } => {
  const files = new Set<string>()
  const modules = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    const text = fs.readFileSync(file, "utf8")
    for (const [, clause = "", specifier = ""] of text.matchAll(/^(?:import|export) ([^"]*?from )?"([^"]+)"/gm)) {
      if (clause.startsWith("type ")) continue
      if (specifier.startsWith(".")) visit(path.resolve(path.dirname(file), specifier))
      else modules.add(specifier)
    }
  }
  visit(path.join(src, entry))
  return { files, modules }
}

describe("importing effect-futures", () => {
  for (const entry of ["index.ts", "node/index.ts", "testing/index.ts"]) {
    it(`${entry} loads nothing of effect-futures/durable`, () => {
      const { files, modules } = importsOf(entry)
      assert.isAbove(files.size, 10)
      assert.deepStrictEqual(
        [...files].map((file) => path.relative(src, file)).filter((file) => /durable|sqlite/.test(file)),
        []
      )
      assert.deepStrictEqual(
        [...modules].filter((name) => /effect\/sql|node:sqlite|sql-pg/.test(name)),
        []
      )
    })
  }

  it("effect-futures/durable loads node:sqlite and @effect/sql-pg only when they are used", () => {
    const { modules } = importsOf("durable/index.ts")
    assert.include([...modules], "effect/sql/SqlClient")
    assert.deepStrictEqual(
      [...modules].filter((name) => /node:sqlite|sql-pg/.test(name)),
      []
    )
  })
})
