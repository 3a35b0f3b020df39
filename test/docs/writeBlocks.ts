import * as fs from "node:fs"
import * as path from "node:path"
import { type Assertion, MisplacedAssertionError, transformAssertions } from "./assertions.ts"
import { type Block, blockName, type Problem } from "./Block.ts"

/** A block as it lies on disk, ready to be typechecked and run. */
export interface Written {
  readonly block: Block
  /** The typechecked code: as the document has it. */
  readonly source: string
  /** The code that is run: with its assertions turned into calls, if it has any. */
  readonly runnable: string
  readonly assertions: ReadonlyArray<Assertion>
  /** Why it cannot be run, if it cannot be parsed. */
  readonly broken: Problem | undefined
}

/**
 * Writes the blocks to a folder of their own inside the project, so that they can import
 * `effect-futures` as a user does. The blocks of a document share a folder.
 *
 * Each file starts with as many empty lines as put its code on the line numbers that
 * it has in the document: every error message is right as it is.
 */
export const writeBlocks = (folder: string, blocks: ReadonlyArray<Block>): ReadonlyArray<Written> => {
  const taken = new Map<string, Block>()
  return blocks.map((block) => {
    const source = path.join(folder, block.document, block.file ?? `line-${block.line}.ts`)
    const other = taken.get(source)
    if (other !== undefined) {
      throw new Error(`${blockName(block)}: ${blockName(other)} is "// file: ${block.file}" too`)
    }
    taken.set(source, block)
    fs.mkdirSync(path.dirname(source), { recursive: true })
    fs.writeFileSync(source, "\n".repeat(block.line) + block.code)

    const { assertions, broken, code } = transform(block)
    if (assertions.length === 0) {
      return { block, source, runnable: source, assertions, broken }
    }
    const runnable = source.replace(/\.ts$/, ".run.ts")
    fs.writeFileSync(runnable, findExpectations(runnable) + "\n".repeat(block.line) + code)
    return { block, source, runnable, assertions, broken }
  })
}

/** The key of `globalThis` under which the runner puts the expectations of each file. */
export const expectationsKey = "effect-futures/docs"

// A worker that the block starts may import the block's file too; there its assertions have no effect.
const findExpectations = (file: string): string =>
  `const __docs = globalThis[Symbol.for("${expectationsKey}")]?.get(${JSON.stringify(file)}) ?? ` +
  `{ equal: (_id, _expected, value) => value, printed: (_id, method, _expected, ...values) => console[method](...values) };`

const transform = (
  block: Block
): { readonly code: string; readonly assertions: ReadonlyArray<Assertion>; readonly broken: Problem | undefined } => {
  try {
    return { ...transformAssertions(block.code), broken: undefined }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const line = error instanceof MisplacedAssertionError ? error.line : 0
    return { code: block.code, assertions: [], broken: { line: block.line + 1 + line, message } }
  }
}
