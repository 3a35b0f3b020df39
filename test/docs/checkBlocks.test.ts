import * as path from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { checkBlocks } from "./checkBlocks.ts"
import { parseBlocks } from "./parseBlocks.ts"

/** A document of right and wrong blocks, and the findings expected for each. */
const cases: ReadonlyArray<{
  readonly name: string
  readonly block: string
  readonly problems: ReadonlyArray<RegExp>
}> = [
  {
    name: "accepts values, printed lines and text that is no expression",
    block: `ts
import { greet } from "./greet.ts"
const n: number = await Promise.resolve(6) // => 6
;[1, 2, 3].map((x) => x + n)
// => [7,
//      8, 9]
console.log(greet("you"), { a: [n] }) // => hello you { a: [ 6 ] }
new Map([["a", 1]]) // => Map(1) { 'a' => 1 }
const quoted = "not // => an assertion"
const twice = (x: number) => {
  return x * 2 // => 12
}
twice(n) // => 12`,
    problems: []
  },
  {
    name: "finds the file of another block",
    block: `ts\n// file: greet.ts\nexport const greet = (name: string) => "hello " + name`,
    problems: []
  },
  { name: "reports a wrong value", block: `ts\n1 + 1 // => 3`, problems: [/^1: says 3, but it is 2/] },
  {
    name: "reports a wrong printed line",
    block: `ts\nconsole.log("a") // => b`,
    problems: [/^1: says b, but it is a/]
  },
  {
    name: "reports an assertion that never ran",
    block: `ts\nexport const unused = () => {\n  return 1 // => 1\n}`,
    problems: [/^2: never ran/]
  },
  {
    name: "reports a wrong value even if the failure is caught",
    block: `ts\ntry {\n  String(1) // => "2"\n} catch {}`,
    problems: [/^2: says "2", but it is '1'/]
  },
  {
    name: "reports an arrow that follows no statement",
    block: `ts\n[\n  1 // => 1\n]`,
    problems: [/^2: no statement ends/]
  },
  { name: "reports a type error", block: `ts\nconst n: number = "1"`, problems: [/^1: TS2322/] },
  {
    name: "reports a type error in a block that is not run",
    block: `ts no-run it hangs\nconst n: number = "1"`,
    problems: [/^1: TS2322/]
  },
  {
    name: "does not run a block that says so",
    block: `ts\n// no-run: it throws\nthrow new Error("ran")`,
    problems: []
  },
  { name: "reports a syntax error", block: `ts\nconst n = ;`, problems: [/^1: .*\n?.*Unexpected token/] },
  {
    name: "reports what is thrown, at its line",
    block: `ts\n\nthrow new Error("thrown")`,
    problems: [/^2: Error: thrown/]
  },
  {
    name: "reports a rejection that nobody handles",
    block: `ts\nvoid Promise.reject(new Error("late"))`,
    problems: [/^1: Error: late/]
  },
  {
    name: "reports a block that ends the process",
    block: `ts\nprocess.exit(3)`,
    problems: [/^0: It ended the process \(exit code 3\)/]
  },
  {
    name: "reports a late error where it came from",
    block: `ts\nsetTimeout(() => {\n  throw new Error("timer")\n})`,
    problems: [/^2: Error: timer/]
  },
  {
    name: "goes on after all of these",
    block: `ts\nawait new Promise((resolve) => setTimeout(resolve, 50))\n1 // => 1`,
    problems: []
  },
  {
    name: "starts a process for a block that asks for it",
    block: `ts own-process\nObject.keys(process.env).includes("EFFECT_FUTURES_NOT_SET") // => false`,
    problems: []
  }
]

describe("checkBlocks", () => {
  const text = cases.map(({ block }) => "```" + block + "\n```").join("\n\n")
  const blocks = parseBlocks("document.md", text)
  let found: ReadonlyArray<ReadonlyArray<string>>

  beforeAll(async () => {
    const checked = await checkBlocks(path.resolve(import.meta.dirname, "../.."), blocks)
    found = blocks.map((block) =>
      checked.get(block)!.problems.map(({ line, message }) => `${line - block.line}: ${message}`)
    )
  }, 120_000)

  cases.forEach(({ name, problems }, index) => {
    it(name, () => {
      assert.strictEqual(found[index]!.length, problems.length, found[index]!.join("\n"))
      problems.forEach((problem, i) => assert.match(found[index]![i]!, problem))
    })
  })
})

describe("parseBlocks", () => {
  it("reads doc comments, at the lines of their file", () => {
    const text = [
      "const s = 1",
      "/**",
      " * Text.",
      " *",
      " * ```ts",
      " * f(1)",
      " *   // indented",
      " * ```",
      " */",
      "/** ```ts */"
    ]
    const [block, ...more] = parseBlocks("src/a.ts", text.join("\n"))
    assert.deepStrictEqual([block!.line, block!.code, more.length], [5, "f(1)\n  // indented", 0])
  })

  it("skips other languages and longer fences with what is in them", () => {
    assert.deepStrictEqual(parseBlocks("a.md", "````md\n```ts\n1\n```\n````\n\n```sh\nls\n```"), [])
  })

  it("reads blocks in lists", () => {
    assert.strictEqual(parseBlocks("a.md", "- item\n\n  ```ts\n  1\n    2\n  ```")[0]!.code, "1\n  2")
  })

  it("refuses a block that is not run without a reason", () => {
    assert.throws(() => parseBlocks("a.md", "```ts no-run\n1\n```"), /a\.md:1: .*must say why/)
  })

  it("refuses unknown words after the fence", () => {
    assert.throws(() => parseBlocks("a.md", "```ts norun\n1\n```"), /a\.md:1: "ts norun" is not known/)
  })

  it("refuses a file outside of the document's folder", () => {
    assert.throws(() => parseBlocks("a.md", "```ts\n// file: ../a.ts\n```"), /a\.md:1: .*not the path/)
  })

  it("refuses a block without an end", () => {
    assert.throws(() => parseBlocks("a.md", "\n```ts\n1"), /a\.md:2: .*no closing fence/)
  })
})
