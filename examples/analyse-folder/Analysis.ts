/**
 * The analysis of a file. A task module is a file of its own: each worker thread imports this one, and nothing
 * of the rest of the program.
 */
import { Task } from "effect-futures"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"

export interface Analysis {
  readonly lines: number
  readonly words: number
  readonly sha256: string
  /** The size in bytes after gzip, slice by slice. */
  readonly compressed: number
}

// Code of Node.js itself cannot be cut off in the middle. A slice of this size keeps it there for some milliseconds only.
const sliceSize = 256 * 1024

const newline = 0x0a
const space = 0x20

/** Spaces, tabs and newlines of ASCII: only bytes are looked at, so those of Unicode do not count. */
const isBlank = (byte: number) => byte === space || (byte >= 0x09 && byte <= 0x0d)

/** A file that takes long enough to say how far it is. */
export const isLarge = (size: number) => size > 16 * sliceSize

/** The analysis never waits: in the thread of the program, nothing else would happen meanwhile. */
const analyse = (bytes: Uint8Array): Analysis => {
  const hash = createHash("sha256")
  let compressed = 0
  let lines = 0
  let words = 0
  let last = newline
  // An empty file is one slice, too.
  for (let start = 0; start === 0 || start < bytes.length; start += sliceSize) {
    if (isLarge(bytes.length)) Task.report(start)
    const slice = bytes.subarray(start, start + sliceSize)
    hash.update(slice)
    compressed += gzipSync(slice).length
    for (const byte of slice) {
      if (byte === newline) lines++
      if (isBlank(last) && !isBlank(byte)) words++
      last = byte
    }
  }
  // A last line counts even if no newline ends it.
  if (last !== newline) lines++
  return { lines, words, sha256: hash.digest("hex"), compressed }
}

/** Machines that share the files get a path only: what is kept in a database should be small. */
const analyseAt = (path: string): Analysis => analyse(readFileSync(path))

export const Analyses = Task.module(import.meta.url, { analyse, analyseAt }, { id: "analyse-folder" })

export type Analyse = (bytes: Uint8Array, path: string) => Task.Task<Analysis>
