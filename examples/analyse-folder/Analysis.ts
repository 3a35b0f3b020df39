/**
 * What is found out about a file. A task module is a file of its own: a worker thread would import this one, and
 * nothing of the rest of the program.
 */
import { Effect } from "effect"
import { Task } from "effect-futures"
import { createHash } from "node:crypto"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"

export interface Analysis {
  readonly lines: number
  readonly words: number
  readonly sha256: string
  /** With gzip, in bytes. */
  readonly compressed: number
}

// Counting and hashing this much takes about a millisecond.
const sliceSize = 256 * 1024

const newline = 0x0a
const space = 0x20

/** Spaces, tabs, newlines and the like; not those of Unicode, as it looks at bytes. */
const isBlank = (byte: number) => byte === space || (byte >= 0x09 && byte <= 0x0d)

/** In slices, so that between two of them a timeout can stop it and others get their turn. */
const countAndHash = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const hash = createHash("sha256")
  let lines = 0
  let words = 0
  let last = newline
  for (let start = 0; start < bytes.length; start += sliceSize) {
    if (start > 0) yield* Effect.yieldNow
    const slice = bytes.subarray(start, start + sliceSize)
    hash.update(slice)
    for (const byte of slice) {
      if (byte === newline) lines++
      if (isBlank(last) && !isBlank(byte)) words++
      last = byte
    }
  }
  // A last line counts even if no newline ends it.
  if (last !== newline) lines++
  return { lines, words, sha256: hash.digest("hex") }
})

/** The signal stops the compression at the next chunk, so an interruption does not leave it running. */
const compressedSize = (bytes: Uint8Array) =>
  Effect.promise(async (signal) => {
    let size = 0
    const measure = async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) size += chunk.length
    }
    await pipeline([bytes], createGzip(), measure, { signal })
    return size
  })

export const Analyses = Task.module(import.meta.url, {
  analyse: Effect.fnUntraced(function* (bytes: Uint8Array) {
    // Node compresses on threads of its own, meanwhile this one counts.
    const [counted, compressed] = yield* Effect.all([countAndHash(bytes), compressedSize(bytes)], { concurrency: 2 })
    const analysis: Analysis = { ...counted, compressed }
    return analysis
  })
})
