import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync } from "node:fs"

/** A file that nothing else in this program writes. */
export interface OpenFile {
  readonly fd: number
  /** Whether its path still leads to it. */
  readonly isThere: () => boolean
  readonly close: () => void
}

/** The files that are open now, by the numbers that the system knows them by: a file may have several paths. */
const open = new Set<string>()

/** Opens a file to replace what is in it. Throws if that cannot be, or if it is open already: two writers would destroy each other's work. */
export const openAlone = (file: string): OpenFile => {
  const fd = openSync(file, constants.O_WRONLY | constants.O_CREAT)
  try {
    const found = fstatSync(fd, { bigint: true })
    const key = keyOf(found)
    // Devices are not replaced, and may take the output of several.
    const isFile = found.isFile()
    if (isFile) {
      if (open.has(key)) throw new Error("another recording of this program is writing it, and each needs its own file")
      ftruncateSync(fd)
      open.add(key)
    }
    return {
      fd,
      isThere: () => !isFile || leadsTo(file, key),
      close() {
        open.delete(key)
        closeSync(fd)
      }
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

const keyOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string => `${dev}:${ino}`

const leadsTo = (file: string, key: string): boolean => {
  try {
    return keyOf(statSync(file, { bigint: true })) === key
  } catch {
    return false
  }
}
