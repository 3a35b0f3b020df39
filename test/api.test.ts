import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { apiFile, apiReport } from "../scripts/apiReport.ts"
import { root } from "../scripts/root.ts"

describe("the public API", () => {
  const folder = path.join(root, ".tmp/api-test")
  let report: string

  beforeAll(() => {
    report = apiReport(folder)
  }, 120_000)

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it("is as api/report.txt has it: `npm run api` writes that anew", () => {
    assert.strictEqual(report, fs.readFileSync(apiFile, "utf8"))
  })

  it("has no any", () => {
    assert.deepStrictEqual(report.match(/^.*\bany\b.*$/gm) ?? [], [])
  })

  it("has a comment for each overload that a hover can show", () => {
    const bare: Array<string> = []
    for (const [, file] of report.matchAll(/^## (.*)$/gm)) {
      const lines = fs.readFileSync(path.join(folder, file!), "utf8").split("\n")
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
