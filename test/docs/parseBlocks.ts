import type { Block } from "./Block.ts"

/**
 * The ```ts blocks of a document's text.
 *
 * In a source file only doc comments count, and their ` * ` is taken off. Fences of
 * other languages, and of more backticks, are skipped with all that is in them.
 */
export const parseBlocks = (document: string, text: string): ReadonlyArray<Block> => {
  const lines = text.split(/\r?\n/)
  return fencedBlocks(document, document.endsWith(".md") ? lines : docCommentLines(lines))
}

// Keeps every line's number: a line outside of a doc comment becomes undefined.
const docCommentLines = (lines: ReadonlyArray<string>): ReadonlyArray<string | undefined> => {
  let inside = false
  return lines.map((line) => {
    if (!inside) {
      inside = /^\s*\/\*\*(?!.*\*\/)/.test(line)
      return undefined
    }
    inside = !line.includes("*/")
    return inside ? line.replace(/^\s*\*? ?/, "") : undefined
  })
}

interface Fence {
  readonly line: number
  readonly indent: number
  readonly mark: string
  readonly info: string
  readonly code: Array<string>
}

const fencedBlocks = (document: string, lines: ReadonlyArray<string | undefined>): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let fence: Fence | undefined
  lines.forEach((line, index) => {
    if (fence === undefined) {
      const open = line?.match(/^(\s*)(`{3,}|~{3,})(.*)$/)
      if (open) {
        fence = { line: index + 1, indent: open[1]!.length, mark: open[2]!, info: open[3]!.trim(), code: [] }
      }
    } else if (line === undefined) {
      throw new Error(`${document}:${fence.line}: this code block has no closing fence`)
    } else if (line.trim().startsWith(fence.mark) && /^(`+|~+)$/.test(line.trim())) {
      if (/^(ts|typescript)\b/.test(fence.info)) {
        blocks.push(toBlock(document, fence))
      }
      fence = undefined
    } else {
      fence.code.push(line.slice(Math.min(fence.indent, line.length - line.trimStart().length)))
    }
  })
  if (fence !== undefined) {
    throw new Error(`${document}:${(fence as Fence).line}: this code block has no closing fence`)
  }
  return blocks
}

const toBlock = (document: string, { code, info, line }: Fence): Block => {
  const [, ...words] = info.split(/\s+/)
  const first = code[0] ?? ""
  const at = `${document}:${line}`

  const file = first.match(/^\/\/ file: (.*)$/)?.[1]?.trim()
  if (file !== undefined && (!/^[\w.-]+(\/[\w.-]+)*\.ts$/.test(file) || file.includes(".."))) {
    throw new Error(`${at}: "// file: ${file}" is not the path of a .ts file inside the document's folder`)
  }

  const noRun = words[0] === "no-run" ? words.slice(1).join(" ") : first.match(/^\/\/ no-run:?(.*)$/)?.[1]?.trim()
  if (noRun === "") {
    throw new Error(`${at}: a block that is not run must say why, as in "\`\`\`ts no-run needs a database"`)
  }

  const ownProcess = words[0] === "own-process"
  if (words.length > 0 && words[0] !== "no-run" && info !== "ts own-process") {
    throw new Error(`${at}: "${info}" is not known after the fence; use "ts", "ts no-run <reason>" or "ts own-process"`)
  }
  return { document, line, code: code.join("\n"), file, noRun, ownProcess }
}
