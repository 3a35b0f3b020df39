import * as fs from "node:fs"
import * as path from "node:path"
import type { Block } from "./Block.ts"
import { parseBlocks } from "./parseBlocks.ts"

/**
 * Every block of README.md, docs/**\/*.md and the doc comments of src/**\/*.ts, in that order.
 *
 * `only` keeps the documents that it names. It is a list with commas: `"README.md,docs/tasks.md"`.
 */
export const findBlocks = (root: string, only?: string): ReadonlyArray<Block> => {
  const documents = ["README.md", ...filesUnder(root, "docs", ".md"), ...filesUnder(root, "src", ".ts")]
  const wanted = only?.split(",")
  return documents
    .filter((document) => fs.existsSync(path.join(root, document)) && wanted?.includes(document) !== false)
    .flatMap((document) => parseBlocks(document, fs.readFileSync(path.join(root, document), "utf8")))
}

const filesUnder = (root: string, folder: string, extension: string): ReadonlyArray<string> => {
  if (!fs.existsSync(path.join(root, folder))) {
    return []
  }
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(extension))
    .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`)
    .toSorted()
}
