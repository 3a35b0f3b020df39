import { Effect } from "effect"
import type { Analysis } from "./Analysis.ts"
import type { FileFailure } from "./FileFailure.ts"
import type { Listing, SkippedKind } from "./walk.ts"

export interface AnalysedFile extends Analysis {
  readonly path: string
  readonly size: number
}

interface Sums {
  readonly files: number
  readonly lines: number
  readonly words: number
  readonly size: number
  readonly compressed: number
}

/** Sums over some files. */
export class Totals implements Sums {
  files = 0
  lines = 0
  words = 0
  size = 0
  compressed = 0

  add(more: Sums): void {
    this.files += more.files
    this.lines += more.lines
    this.words += more.words
    this.size += more.size
    this.compressed += more.compressed
  }
}

/**
 * The tally is what is known so far. The progress bar reads it all the time, and an interruption at any time, so it is kept up
 * to date by whoever finds something out, and not made at the end.
 */
export class Tally {
  found = 0
  isAllFound = false
  folders = 0
  readonly totals = new Totals()
  readonly byExtension = new Map<string, Totals>()
  readonly skipped = new Map<SkippedKind, number>()
  readonly failures: Array<FileFailure> = []
  /** Large files that are being analysed, and how much of each is done, in parts of 1. */
  readonly underWay = new Map<string, number>()
  /** Files with the same contents as one before them. */
  duplicates = 0
  #failedListings = 0
  readonly #hashes = new Set<string>()

  listed(listing: Listing): Effect.Effect<void> {
    return Effect.sync(() => {
      this.found += listing.files.length
      this.folders += listing.folders.length
      this.#failedListings += listing.failures.length
      for (const failure of listing.failures) this.failures.push(failure)
      for (const kind of listing.skipped) this.skipped.set(kind, (this.skipped.get(kind) ?? 0) + 1)
    })
  }

  readonly allListed: Effect.Effect<void> = Effect.sync(() => {
    this.isAllFound = true
  })

  isAt(path: string, part: number): Effect.Effect<void> {
    return Effect.sync(() => {
      this.underWay.set(path, part)
    })
  }

  noMore(path: string): Effect.Effect<void> {
    return Effect.sync(() => {
      this.underWay.delete(path)
    })
  }

  failed(failure: FileFailure): Effect.Effect<void> {
    return Effect.sync(() => {
      this.failures.push(failure)
    })
  }

  analysed(file: AnalysedFile): Effect.Effect<void> {
    return Effect.sync(() => {
      const one = { ...file, files: 1 }
      this.totals.add(one)
      getOrAdd(this.byExtension, extensionOf(file.path)).add(one)
      if (this.#hashes.has(file.sha256)) this.duplicates++
      else this.#hashes.add(file.sha256)
    })
  }

  /** The number of the `found` that are dealt with, in one way or the other. */
  get done(): number {
    return this.totals.files + this.failures.length - this.#failedListings
  }
}

const getOrAdd = (all: Map<string, Totals>, extension: string): Totals => {
  const known = all.get(extension)
  if (known !== undefined) return known
  const added = new Totals()
  all.set(extension, added)
  return added
}

/** The extension with its dot, in lower case. Empty if there is none, as in `.gitignore` and `LICENSE`. */
const extensionOf = (path: string): string => /[^/\\](\.[^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ""
