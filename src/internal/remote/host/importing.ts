import { ExecutorInTaskModuleError, TaskInMainModuleError } from "../../../Errors.ts"

// A string as key, so that a second copy of this package finds it, too.
const ImportingKey = Symbol.for("effect-futures/importing")
const HasImportedKey = Symbol.for("effect-futures/hasImported")

/** The file that this worker imports at the moment. There is only one at a time. */
interface Importing {
  readonly url: string
  /** The refusal, which the file may have caught. */
  refusal: ExecutorInTaskModuleError | undefined
}

const holder = globalThis as { [ImportingKey]?: Importing; [HasImportedKey]?: true }

/** Imports a file. Throws if it is the program's main file, or has tried to start an executor. Only for one file at a time. */
export const importMarked = async (url: string, load: (url: string) => Promise<object>): Promise<object> => {
  if (isMainModule(url)) throw new TaskInMainModuleError({ url })
  holder[HasImportedKey] = true
  const importing: Importing = { url, refusal: undefined }
  holder[ImportingKey] = importing
  try {
    const exports = await load(url)
    // Thrown even if the file has caught it.
    if (importing.refusal !== undefined) throw importing.refusal
    return exports
  } catch (error) {
    // The refusal is the reason even if the file has wrapped it in another error.
    throw importing.refusal ?? error
  } finally {
    if (holder[ImportingKey] === importing) delete holder[ImportingKey]
  }
}

/** The error of starting an executor in a file that a worker is importing. */
export const refusalWhileImporting = (operation: string): ExecutorInTaskModuleError | undefined => {
  const importing = holder[ImportingKey]
  if (importing === undefined) return undefined
  return (importing.refusal ??= new ExecutorInTaskModuleError({ operation, url: importing.url }))
}

/** Whether this worker has begun to import a file with tasks. Until then, no code of a task can run. */
export const hasImported = (): boolean => holder[HasImportedKey] === true

let main: string | undefined

/** Called at the start of a worker. `url` is the file that the program was started with, which no worker may import. */
export const keepOutMainModule = (url: string | undefined): void => {
  main = url
}

const isMainModule = (url: string): boolean => main !== undefined && url.replace(/[?#].*$/, "") === main
