import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { typecheckBlocks } from "./docs/typecheckBlocks.ts"

const root = path.resolve(import.meta.dirname, "..")

/** The mistakes of the page, each with what the compiler says of it. */
const mistakes = Array.from(
  fs
    .readFileSync(path.join(root, "docs/compile-errors.md"), "utf8")
    .matchAll(/```ts no-run it does not compile\n([^]*?)```\n\n```text\n([^]*?)\n```/g),
  ([, code, text]) => ({ code: code!.replaceAll(/ *\/\/ @ts-expect-error\n/g, ""), texts: text!.split("\n") })
)

describe("what the compiler says of", () => {
  const folder = path.join(root, ".tmp/compile-errors")
  const sourceOf = (index: number) => path.join(folder, `mistake-${index}.ts`)
  let problems: Awaited<ReturnType<typeof typecheckBlocks>>

  beforeAll(async () => {
    fs.mkdirSync(folder, { recursive: true })
    mistakes.forEach(({ code }, index) => fs.writeFileSync(sourceOf(index), code))
    const written = mistakes.map((_, index) => ({ source: sourceOf(index), broken: undefined }))
    problems = await typecheckBlocks(root, folder, written)
  }, 120_000)

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it("the six usual mistakes is in the documentation", () => {
    assert.isAtLeast(mistakes.length, 6)
  })

  mistakes.forEach(({ texts }, index) => {
    it(`mistake ${index + 1}: ${texts[0]!.slice(0, 100)}`, () => {
      const found = problems.get(sourceOf(index)) ?? []
      assert.lengthOf(found, texts.length, found.map(({ message }) => message).join("\n"))
      texts.forEach((text, position) => assert.include(found[position]!.message, text))
    })
  })
})
