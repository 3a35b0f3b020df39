import { ExecutorInTaskModuleError, TaskInMainModuleError } from "../../../Errors.ts"
import { isMainModule } from "./mainModule.ts"

// By a string, so that a second copy of this package, which the file may load, knows it too.
const ImportingKey = Symbol.for("effect-futures/importing")

/** The file that this worker imports right now. There is one at a time. */
interface Importing {
  readonly url: string
  /** The refusal that the file may have swallowed. */
  refusal: ExecutorInTaskModuleError | undefined
}

const holder = globalThis as { [ImportingKey]?: Importing }

/** Imports a file, and throws if it is the program's main, or tried to start an executor meanwhile. Only for one file at a time. */
export const importMarked = async (url: string, load: (url: string) => Promise<object>): Promise<object> => {
  if (isMainModule(url)) throw new TaskInMainModuleError({ url })
  const importing: Importing = { url, refusal: undefined }
  holder[ImportingKey] = importing
  try {
    const exports = await load(url)
    // Thrown also where the file has caught it.
    if (importing.refusal !== undefined) throw importing.refusal
    return exports
  } catch (error) {
    // The refusal is the reason even if the file has wrapped it in another error.
    throw importing.refusal ?? error
  } finally {
    if (holder[ImportingKey] === importing) delete holder[ImportingKey]
  }
}

/** The error that starting an executor dies of, in a file that is being imported by a worker. */
export const refusalWhileImporting = (operation: string): ExecutorInTaskModuleError | undefined => {
  const importing = holder[ImportingKey]
  if (importing === undefined) return undefined
  return (importing.refusal ??= new ExecutorInTaskModuleError({ operation, url: importing.url }))
}
