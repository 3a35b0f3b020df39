import type { Site } from "./yieldSites.ts"

const files = new Map<string, ReadonlyArray<string> | undefined>()

/** The text of a line, without the space around it; none if the file cannot be read or has no such line. */
export const sourceLine = (site: Site): string | undefined => {
  // Also that there is no such file is kept.
  if (!files.has(site.file)) files.set(site.file, readLines(site.file))
  return files.get(site.file)?.[site.line - 1]?.trim()
}

/** Every file is read anew when it is next asked for. */
export const forgetSources = (): void => files.clear()

/** `file:line`, the file as seen from the current folder if it is in there. */
export const showSite = (site: Site): string => `${fromHere(site.file)}:${site.line}`

// Not imported: this module also loads where there is no Node.js.
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
