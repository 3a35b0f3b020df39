import * as fs from "node:fs"
import * as path from "node:path"
import type { Block, Problem } from "./Block.ts"
import type { Result } from "./protocol.ts"
import { runBlocks } from "./runBlocks.ts"
import { typecheckBlocks } from "./typecheckBlocks.ts"
import { writeBlocks, type Written } from "./writeBlocks.ts"

/** The outcome of a block. */
export interface Checked {
  readonly problems: ReadonlyArray<Problem>
  /** The lines that it printed. */
  readonly output: string
}

/** Typechecks and runs all blocks. */
export const checkBlocks = async (root: string, blocks: ReadonlyArray<Block>): Promise<ReadonlyMap<Block, Checked>> => {
  fs.mkdirSync(path.join(root, ".tmp"), { recursive: true })
  const folder = fs.mkdtempSync(path.join(root, ".tmp", "docs-"))
  try {
    const written = writeBlocks(folder, blocks)
    const [diagnostics, results] = await Promise.all([typecheckBlocks(root, folder, written), runAll(written)])
    const errors = errorsByBlock(written, results)
    const inDocuments = stackInDocuments(written)
    return new Map(
      written.map((one) => {
        const { block, broken, runnable, source } = one
        const result = results.get(runnable)
        const problems = [
          ...(diagnostics.get(source) ?? []),
          ...(broken === undefined ? [] : [broken]),
          ...(result?.mismatches ?? []).map(({ line, message }) => ({ line: block.line + 1 + line, message })),
          ...(errors.get(one) ?? []).map(inDocuments).map((message) => ({ line: lineIn(block, message), message }))
        ]
        return [block, { problems, output: result?.output ?? "" }]
      })
    )
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const runAll = async (written: ReadonlyArray<Written>): Promise<ReadonlyMap<string, Result>> => {
  const jobs = (ownProcess: boolean) =>
    written
      .filter(
        ({ block, broken }) => block.noRun === undefined && broken === undefined && block.ownProcess === ownProcess
      )
      .map(({ assertions, runnable }) => ({ file: runnable, assertions }))
  const results = new Map(await runBlocks(jobs(false)))
  for (const job of jobs(true)) {
    for (const [file, result] of await runBlocks([job])) {
      results.set(file, result)
    }
  }
  return results
}

// An error of a timer or promise may come when the next block runs already: its stack says whose it is.
const errorsByBlock = (
  written: ReadonlyArray<Written>,
  results: ReadonlyMap<string, Result>
): ReadonlyMap<Written, ReadonlyArray<string>> => {
  const errors = written.flatMap((running) =>
    (results.get(running.runnable)?.errors ?? []).map((error) => {
      const culprit = [running, ...written].find(({ runnable, source }) => isIn(error, runnable) || isIn(error, source))
      return { block: culprit ?? running, error }
    })
  )
  return new Map(written.map((one) => [one, errors.filter(({ block }) => block === one).map(({ error }) => error)]))
}

const isIn = (error: string, file: string): boolean => error.includes(`${file}:`)

const lineIn = (block: Block, error: string): number =>
  Number(error.split(`${block.document}:`)[1]?.match(/^\d+/)?.[0] ?? block.line)

// Makes an error's stack name documents instead of the files that their blocks were written to.
const stackInDocuments =
  (written: ReadonlyArray<Written>) =>
  (error: string): string => {
    const stack = error
      .split("\n")
      .filter((line) => !/^\s+at .*(node:internal|docs\/runner\.ts)/.test(line))
      .join("\n")
      .replaceAll("file://", "")
    return written.reduce(
      (text, { block, runnable, source }) =>
        text.replaceAll(runnable, block.document).replaceAll(source, block.document),
      stack
    )
  }
