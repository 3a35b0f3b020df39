import * as fs from "node:fs"
import { findPackageJSON } from "node:module"

const peers = ["p-queue", "p-limit", "piscina", "tinypool", "workerpool", "poolifier", "comlink"]
const names = ["effect-futures", "effect", ...peers]

/** The versions of what is compared. */
export const versions = (): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, versionOf(name)]))

const versionOf = (name: string): string => {
  const file = findPackageJSON(name, import.meta.url)
  if (file === undefined) throw new Error(`${name} is not installed`)
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { readonly version: string }).version
}
