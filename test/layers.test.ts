import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "vitest"
import { foreignWrites } from "./support/foreignWrites.ts"

const root = path.resolve(import.meta.dirname, "..")

const filesIn = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`)

const sources = filesIn("src")

/** The files that a file imports, types included. */
const importsOf = (file: string): ReadonlyArray<{ readonly to: string; readonly isType: boolean }> =>
  Array.from(
    fs
      .readFileSync(path.join(root, file), "utf8")
      .matchAll(/^(?:import|export)\s+(type\s)?[^;"']*?from\s+"(\.[^"]+)"/gm),
    ([, type, to]) => ({ to: path.posix.join(path.posix.dirname(file), to!), isType: type !== undefined })
  )

const graph = new Map(sources.map((file) => [file, importsOf(file)]))

const isInternal = (file: string): boolean => file.startsWith("src/internal/")

/** A way along the imports from a file back to itself. */
const circleFrom = (start: string): ReadonlyArray<string> | undefined => {
  const seen = new Set<string>()
  const search = (way: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
    for (const { to } of graph.get(way.at(-1)!) ?? []) {
      if (to === start) return [...way, to]
      if (!isInternal(to) || seen.has(to)) continue
      seen.add(to)
      const found = search([...way, to])
      if (found !== undefined) return found
    }
    return undefined
  }
  return search([start])
}

// The linter finds circles of imports that are there at run time. Those of types alone it could not tell from the types of public
// modules, which internal files may import, as in Effect.
describe("the files in src/internal", () => {
  it("import each other in no circle, types included", () => {
    assert.isAbove(sources.filter(isInternal).length, 100)
    const circles = sources.filter(isInternal).flatMap((file) => circleFrom(file)?.join(" -> ") ?? [])
    assert.deepStrictEqual(circles, [])
  })

  it("that are the core import neither the remote side, nor Node.js's, nor that of tests", () => {
    const core = /^src\/internal\/(?:executor|future|task)\//
    const outer = /^src\/internal\/(?:remote\/(?:client|host|telemetry)|node|testing|durable)\//
    const wrong = sources
      .filter((file) => core.test(file))
      .flatMap((file) => importsOf(file).flatMap(({ to }) => (outer.test(to) ? [`${file} -> ${to}`] : [])))
    assert.deepStrictEqual(wrong, [])
  })

  it("import public modules as types only, but for the classes of errors", () => {
    // These are programs over the public API: the command line, the tasks that share out a proof, a test's `it`, a machine's layer.
    const programs =
      /^src\/internal\/(?:node\/commandLine\/|testing\/workers\/|testing\/interleaveTest|durable\/worker\/makeWorker)/
    const wrong = sources
      .filter((file) => isInternal(file) && !programs.test(file))
      .flatMap((file) =>
        importsOf(file).flatMap(({ isType, to }) =>
          isType || isInternal(to) || to.endsWith("/Errors.ts") ? [] : [`${file} -> ${to}`]
        )
      )
    assert.deepStrictEqual(wrong, [])
  })

  it("of futures know nothing of executors", () => {
    const wrong = sources
      .filter((file) => file.startsWith("src/internal/future/"))
      .flatMap((file) => importsOf(file).flatMap(({ to }) => (to.includes("/executor/") ? [`${file} -> ${to}`] : [])))
    assert.deepStrictEqual(wrong, [])
  })
})

describe("the fields of a class in src/internal", () => {
  // Records: many files note what they know of one thing, in an object that is a class only because that is fast.
  const records = new Set(["FiberState", "TaskTimes"])

  it("are written by no other file, unless the class is a record", () => {
    const writes = foreignWrites(root, "tsconfig.build.json", "src/internal")
    assert.isAbove(writes.filter(({ owner }) => records.has(owner)).length, 10)
    const wrong = writes.filter(({ owner }) => !records.has(owner))
    assert.deepStrictEqual(
      wrong.map(({ field, owner, place }) => `${place} writes ${owner}.${field}`),
      []
    )
  })
})

describe("the table of where things are", () => {
  const contributing = fs.readFileSync(path.join(root, "docs/contributing.md"), "utf8")
  const table = contributing.split("## Where things are")[1]!.split("\n## ")[0]!

  it("names files that are there, and members that those have", () => {
    const files = Array.from(table.matchAll(/`(src\/[^`]+)`/g), ([, file]) => file!)
    assert.isAbove(files.length, 10)
    assert.deepStrictEqual(
      files.filter((file) => !fs.existsSync(path.join(root, file))),
      []
    )
    for (const [, member, file] of table.matchAll(/`\w+\.(\w+)` in `(src\/[^`]+)`/g)) {
      assert.match(fs.readFileSync(path.join(root, file!), "utf8"), new RegExp(`^  ${member}\\(`, "m"))
    }
  })
})

describe("a folder of more than ten files", () => {
  const folders = new Map<string, number>()
  for (const file of sources) folders.set(path.posix.dirname(file), (folders.get(path.posix.dirname(file)) ?? 0) + 1)
  const large = Array.from(folders).flatMap(([folder, files]) => (files > 10 ? [folder] : []))

  it.each(large)("%s has a README with a picture of it", (folder) => {
    const readme = fs.readFileSync(path.join(root, folder, "README.md"), "utf8")
    const [, picture] = /^```[a-z]*\n([^]*?)^```$/m.exec(readme) ?? []
    assert.isAtLeast(picture?.split("\n").length ?? 0, 5)
  })
})

describe.each(["src", "test", "bench", "examples", "scripts", "page"])("a comment in %s", (folder) => {
  it("names its subject, and does not begin with a pronoun", () => {
    const pronoun = /^(?:It|Its|Those|One|Who|Whoever|What|Whatever|They|That|The same)\b/
    const files = filesIn(folder)
    assert.isAbove(files.length, 5)
    const wrong = files
      .filter((file) => !file.endsWith("/trace/page.ts") && !file.startsWith("test/testing/"))
      .flatMap((file) =>
        Array.from(
          fs.readFileSync(path.join(root, file), "utf8").matchAll(/(?<!\/\/.*\n)^ *(?:\/\/|\/\*\*(?:\n \*)?) *(.*)$/gm),
          ([, text]) => text!
        ).flatMap((text) => (pronoun.test(text) ? [`${file}: ${text}`] : []))
      )
    assert.deepStrictEqual(wrong, [])
  })
})
