/**
 * What is found out about a file. A task module is a file of its own: each worker thread imports this one, and nothing
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
  /** With gzip, slice by slice, in bytes. */
  readonly compressed: number
}

// Code of Node.js itself cannot be cut off in the middle, and this much of it takes some milliseconds.
const sliceSize = 256 * 1024

const newline = 0x0a
const space = 0x20

/** Spaces, tabs, newlines and the like; not those of Unicode, as it looks at bytes. */
const isBlank = (byte: number) => byte === space || (byte >= 0x09 && byte <= 0x0d)

/** A file that takes long enough to say how far it is. */
export const isLarge = (size: number) => size > 16 * sliceSize

/** Computes from beginning to end: in the thread of the program, nothing else would happen meanwhile. */
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

/** For machines that have the same files: what is kept in a database should be small. */
const analyseAt = (path: string): Analysis => analyse(readFileSync(path))

export const Analyses = Task.module(import.meta.url, { analyse, analyseAt }, { id: "analyse-folder" })

/** What a task that analyses a file looks like. */
export type Analyse = (bytes: Uint8Array, path: string) => Task.Task<Analysis>
