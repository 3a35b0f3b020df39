import * as path from "node:path"
import { afterAll, beforeAll, describe, it } from "vitest"
import { type Block, blockName } from "./docs/Block.ts"
import { checkBlocks, type Checked } from "./docs/checkBlocks.ts"
import { findBlocks } from "./docs/findBlocks.ts"

const root = path.resolve(import.meta.dirname, "..")

describe("code in the documentation", () => {
  // To check one page while writing: DOCS=docs/tasks.md npx vitest run test/docs.test.ts
  const blocks = findBlocks(root, process.env["DOCS"])
  let checked: ReadonlyMap<Block, Checked>

  beforeAll(async () => {
    checked = await checkBlocks(root, blocks)
  }, 900_000)

  afterAll(() => {
    for (const block of blocks.filter((block) => block.noRun !== undefined)) {
      console.log(`${blockName(block)} is not run: ${block.noRun}`)
    }
  })

  for (const block of blocks) {
    it(blockName(block), () => {
      const { output, problems } = checked.get(block)!
      if (problems.length > 0) {
        throw documentError(block, problems, output)
      }
    })
  }
})

/** An error that points to the document instead of this file. */
const documentError = (block: Block, problems: Checked["problems"], output: string): Error => {
  const messages = problems.map(({ line, message }) => `${block.document}:${line}: ${message}`)
  const printed = output === "" ? [] : [`It printed:\n${output}`]
  const error = new Error([...messages, ...printed].join("\n"))
  error.stack = `${error.name}: ${error.message}\n    at ${path.join(root, block.document)}:${problems[0]!.line}:1`
  return error
}
