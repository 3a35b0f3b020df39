/** A fenced ```ts block of a document: a Markdown file, or a source file's doc comments. */
export interface Block {
  /** The document's path, relative to the project. */
  readonly document: string
  /** The line of the opening fence, counted from 1; the code starts on the next one. */
  readonly line: number
  readonly code: string
  /** Where the block asks to be put, with `// file: <path>`, for other blocks of its document to import. */
  readonly file: string | undefined
  /** Why the block must not be run, with `ts no-run <reason>` or `// no-run: <reason>`. */
  readonly noRun: string | undefined
  /** Whether the block asks for a process that no other block has used, with `ts own-process`. */
  readonly ownProcess: boolean
}

/** Something wrong with a block, at a line of its document. */
export interface Problem {
  readonly line: number
  readonly message: string
}

/** The name of a block, in test names and messages. */
export const blockName = (block: Block): string => `${block.document}:${block.line}`
