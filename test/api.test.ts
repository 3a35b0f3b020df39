import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { apiFile, apiReport } from "../scripts/apiReport.ts"
import { root } from "../scripts/root.ts"

/** The doc comment that ends on the line above this one. */
const commentAbove = (lines: ReadonlyArray<string>, index: number): string => {
  if (lines[index - 1]?.trim().endsWith("*/") !== true) return ""
  return lines
    .slice(
      lines.slice(0, index).findLastIndex((above) => above.trim().startsWith("/**")),
      index
    )
    .join("\n")
}

describe("the public API", () => {
  const folder = path.join(root, ".tmp/api-test")
  let report: string

  beforeAll(() => {
    report = apiReport(folder)
  }, 300_000)

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it("is as api/report.txt has it: `npm run api` writes that anew", () => {
    assert.strictEqual(report, fs.readFileSync(apiFile, "utf8"))
  })

  it("has no any", () => {
    assert.deepStrictEqual(report.match(/^.*\bany\b.*$/gm) ?? [], [])
  })

  /** The declarations of each public module, line by line. */
  const modules = (): ReadonlyArray<readonly [file: string, lines: ReadonlyArray<string>]> =>
    Array.from(report.matchAll(/^## (.*)$/gm), ([, file]) => [
      file!,
      fs.readFileSync(path.join(folder, file!), "utf8").split("\n")
    ])

  it("has a category and a version for each export, and an example for each function and layer", () => {
    const bare: Array<string> = []
    for (const [file, lines] of modules()) {
      const seen = new Set<string>()
      lines.forEach((line, index) => {
        const [, kind, name] = /^export (?:declare )?(const|function|class|interface|type) (\w+)/.exec(line) ?? []
        if (name === undefined || seen.has(`${kind} ${name}`)) return
        seen.add(`${kind} ${name}`)
        const comment = lines.slice(
          lines.slice(0, index).findLastIndex((above) => above.startsWith("/**")),
          index
        )
        const isOperation = kind === "function" || (kind === "const" && !line.includes("Context.Service<"))
        const needed = ["@since", "@category", ...(isOperation ? ["**Example**"] : [])]
        const missing =
          comment.at(-1) === " */"
            ? needed.filter((part) => !comment.some((text) => text.startsWith(` * ${part}`)))
            : ["comment"]
        if (missing.length > 0) bare.push(`${file}: ${name} has no ${missing.join(", ")}`)
      })
    }
    assert.deepStrictEqual(bare, [])
  })

  it("has the default of each option, and the unit of each duration", () => {
    const bare: Array<string> = []
    for (const [file, lines] of modules()) {
      let ofExport = ""
      lines.forEach((line, index) => {
        if (/^export |^declare /.test(line))
          ofExport = line.startsWith("export ") ? commentAbove(lines, index) : "default"
        const [, name, type] = /^ +readonly (\w+)\?: (?!undefined)(.*);$/.exec(line) ?? []
        if (name === undefined) return
        const comment = commentAbove(lines, index)
        if (!/\bdefaults?\b/i.test(comment)) bare.push(`${file}: ${name} has no default`)
        const isDuration = type!.startsWith("Duration.Input")
        if (isDuration && !/milliseconds/.test(comment + ofExport)) bare.push(`${file}: ${name} has no unit`)
      })
    }
    assert.deepStrictEqual(bare, [])
  })

  it("has a comment for each field of an error", () => {
    const errors: Array<string> = []
    const bare: Array<string> = []
    for (const [file, lines] of modules()) {
      let error: string | undefined
      lines.forEach((line, index) => {
        const [, begun] = /^declare const (\w+)_base: new \(fields: \{$/.exec(line) ?? []
        if (begun !== undefined) errors.push((error = begun))
        if (line.startsWith("}")) error = undefined
        const [, field] = /^ {4}readonly (\w+)\??: /.exec(line) ?? []
        if (error === undefined || field === undefined) return
        if (commentAbove(lines, index) === "") bare.push(`${file}: ${error}.${field}`)
      })
    }
    const classes = Array.from(report.matchAll(/^export declare class (\w+) extends \w+_base/gm), ([, name]) => name)
    assert.includeMembers(errors, classes)
    assert.deepStrictEqual(bare, [])
  })

  it("has a comment for each overload that a hover can show", () => {
    const bare: Array<string> = []
    for (const [file, lines] of modules()) {
      let isCallable = false
      lines.forEach((line, index) => {
        if (/^export declare const \w+: \{$/.test(line)) isCallable = true
        if (line === "};") isCallable = false
        const isOverload = line.startsWith("export declare function ") || (isCallable && /^ {4}[<(]/.test(line))
        if (isOverload && !lines[index - 1]!.trim().endsWith("*/")) bare.push(`${file}: ${line.trim()}`)
      })
    }
    assert.deepStrictEqual(bare, [])
  })
})
