import { Effect, FileSystem, Order, Path, type PlatformError, Stream } from "effect"
import { Executor, type TaskTimeoutError } from "effect-futures"
import { type FileFailure, unreadable } from "./FileFailure.ts"

/** The entries of one folder. */
export interface Listing {
  readonly files: ReadonlyArray<string>
  readonly folders: ReadonlyArray<string>
  /** Entries that are neither, and left alone. */
  readonly skipped: ReadonlyArray<SkippedKind>
  readonly failures: ReadonlyArray<FileFailure>
}

export type SkippedKind = Exclude<Kind, "File" | "Directory">

type Kind = FileSystem.File.Type | "LinkToDirectory"

type Services = FileSystem.FileSystem | Path.Path

/**
 * The listings of a folder and of all below it, level after level. Of one level as many folders are read at a time as
 * the executor has workers.
 */
export const walk = (executor: Executor.EffectExecutor<TaskTimeoutError>, root: string) => {
  const level = (
    folders: ReadonlyArray<string>
  ): Stream.Stream<Listing, Executor.MapError<TaskTimeoutError>, Services> =>
    Stream.suspend(() => {
      const below: Array<string> = []
      return Executor.map(executor, folders, list).pipe(
        Stream.tap(({ folders }) => Effect.sync(() => folders.forEach((folder) => below.push(folder)))),
        Stream.concat(Stream.suspend(() => (below.length === 0 ? Stream.empty : level(below))))
      )
    })
  return Stream.fromEffect(inspect(root)).pipe(
    Stream.flatMap((listing) => Stream.concat(Stream.make(listing), level(listing.folders)))
  )
}

/** The root may be a file, or a link to a folder. */
const inspect = Effect.fnUntraced(function* (root: string) {
  const fs = yield* FileSystem.FileSystem
  const listing = emptyListing()
  yield* Effect.map(fs.stat(root), ({ type }) => add(listing, root, type)).pipe(noteFailure(listing, root))
  return listing
})

/** An entry that cannot be read is part of the listing, so this never fails. */
const list = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const listing = emptyListing()
  yield* fs.readDirectoryEntries(folder).pipe(
    Effect.map((entries) => entries.toSorted(byName)),
    Effect.flatMap(
      Effect.forEach(
        ({ name, type }) => {
          const entry = path.join(folder, name)
          return Effect.map(kindOf(entry, type), (kind) => add(listing, entry, kind)).pipe(noteFailure(listing, entry))
        },
        { discard: true }
      )
    ),
    noteFailure(listing, folder)
  )
  return listing
})

/**
 * A link to a file is as good as the file. One to a folder is left alone: what it leads to is walked where it is, if
 * that is in here at all, and where it leads up the walk would go round in circles.
 */
const kindOf = (path: string, type: Kind): Effect.Effect<Kind, PlatformError.PlatformError, Services> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    switch (type) {
      case "SymbolicLink": {
        const target = yield* fs.stat(path)
        return target.type === "Directory" ? "LinkToDirectory" : target.type
      }
      case "Unknown":
        // Some file systems do not say in a listing what an entry is.
        return (yield* fs.lstat(path)).type
      default:
        return type
    }
  })

const byName = Order.mapInput(Order.String, (entry: FileSystem.DirectoryEntry) => entry.name)

// A single task fills a listing, before anyone else sees it.
type Draft = { readonly [K in keyof Listing]: Array<Listing[K][number]> }

const emptyListing = (): Draft => ({ files: [], folders: [], skipped: [], failures: [] })

const add = (listing: Draft, path: string, kind: Kind): void => {
  if (kind === "File") listing.files.push(path)
  else if (kind === "Directory") listing.folders.push(path)
  else listing.skipped.push(kind)
}

const noteFailure =
  (listing: Draft, path: string) =>
  <R>(effect: Effect.Effect<void, PlatformError.PlatformError, R>): Effect.Effect<void, never, R> =>
    Effect.catchTag(effect, "PlatformError", (error) =>
      Effect.sync(() => void listing.failures.push(unreadable(path, error)))
    )
