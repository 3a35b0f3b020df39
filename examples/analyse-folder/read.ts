import { ByteSize, Effect, FileSystem, Stream } from "effect"
import { notAFile, tooLarge, unreadable } from "./FileFailure.ts"

export interface Contents {
  readonly path: string
  readonly bytes: Uint8Array
}

export const read = Effect.fnUntraced(
  function* (path: string, maxSize: ByteSize.ByteSize) {
    const fs = yield* FileSystem.FileSystem
    const { size, type } = yield* fs.stat(path)
    // A file may have become a named pipe since it was found, and reading that could take for ever.
    if (type !== "File") return yield* notAFile(path, type)
    if (size > maxSize) return yield* tooLarge(path, size)
    // Files of /proc, for instance, do not know their size: reading stops at a byte too many.
    const limit = ByteSize.bytes(maxSize + 1n)
    const bytes = yield* Stream.mkUint8Array(fs.stream(path, { bytesToRead: limit }))
    if (bytes.length > maxSize) return yield* tooLarge(path, limit)
    const contents: Contents = { path, bytes }
    return contents
  },
  (effect, path) => Effect.catchTag(effect, "PlatformError", (error) => unreadable(path, error))
)
