import type { Site } from "./yieldSites.ts"

const files = new Map<string, ReadonlyArray<string> | undefined>()

/** The trimmed text of a line, if the file can be read and has such a line. */
export const sourceLine = (site: Site): string | undefined => linesOf(site.file)?.[site.line - 1]?.trim()

const linesOf = (file: string): ReadonlyArray<string> | undefined => {
  // Missing files are remembered, too.
  if (!files.has(file)) files.set(file, readLines(file))
  return files.get(file)
}

// How many lines a readable statement may have.
const mostLines = 60

/**
 * The line where the statement begins that yields at this place. For an expression over several lines, the place is that of the last call,
 * where the text is no more than "}).pipe(".
 */
export const yieldSite = (site: Site): Site => {
  const lines = linesOf(site.file)
  if (lines === undefined) return site
  // How many closing brackets were opened further up.
  let closed = 0
  for (let line = site.line; line > Math.max(0, site.line - mostLines); line--) {
    const text = lines[line - 1] ?? ""
    const part = line === site.line ? text.slice(0, site.column - 1) : text
    closed += count(part, /[)\]}]/g) - count(part, /[([{]/g)
    if (closed <= 0 && text.includes("yield*")) return { ...site, line }
  }
  return site
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** A text such as `file:line`, relative to the current folder if the file is in it. */
export const showSite = (site: Site): string => `${fromHere(site.file)}:${site.line}`

// Not imported, because this module also loads without Node.js.
const readLines = (file: string): ReadonlyArray<string> | undefined => {
  try {
    return globalThis.process?.getBuiltinModule?.("node:fs")?.readFileSync(file, "utf8").split("\n")
  } catch {
    return undefined
  }
}

const fromHere = (file: string): string => {
  const path = globalThis.process?.getBuiltinModule?.("node:path")
  // A URL is not absolute in this sense.
  if (path?.isAbsolute(file) !== true) return file
  const relative = path.relative(process.cwd(), file)
  const isInside = relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
  return isInside ? relative : file
}
