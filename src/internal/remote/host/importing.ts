import * as Effect from "effect/Effect"
import { ExecutorInTaskModuleError, TaskInMainModuleError } from "../../../Errors.ts"
import { isMainModule } from "./mainModule.ts"

// By a string, so that a second copy of this package, which the file may load, knows it too.
const ImportingKey = Symbol.for("effect-futures/importing")

/** The file that this worker imports right now. There is one at a time. */
interface Importing {
  readonly url: string
  /** What was refused to it. It may have swallowed the error. */
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
    // Where the file could not be imported for it, the error may have been wrapped: this is the reason nevertheless.
    throw importing.refusal ?? error
  } finally {
    if (holder[ImportingKey] === importing) delete holder[ImportingKey]
  }
}

/** What starts an executor calls this first, and dies of it in a task module. `operation` is its name: `"ThreadExecutor.make"`. */
export const refuseWhileImporting = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const importing = holder[ImportingKey]
    if (importing === undefined) return Effect.void
    importing.refusal ??= new ExecutorInTaskModuleError({ operation, url: importing.url })
    return Effect.die(importing.refusal)
  })
