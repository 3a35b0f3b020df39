import { fileURLToPath } from "node:url"
import { isMainThread, workerData } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { ExecutorInPreloadError } from "../../Errors.ts"
import { hasProperty } from "../hasProperty.ts"
import { hasImported, refusalWhileImporting } from "../remote/host/importing.ts"
import { ownThread } from "./ownThread.ts"
import { refuseWithoutWorkerFiles, workerFile } from "./workerFile.ts"

/**
 * Dies where an executor of threads or processes would start itself again and again in its own workers, or has no files for them. Called
 * first by functions that start one. `operation` is the name of the function, such as `"ThreadExecutor.make"`.
 */
export const refuseToStart = (operation: string): Effect.Effect<void> =>
  Effect.all([refuseWhileImporting(operation), refuseWithoutWorkerFiles(operation), refuseInPreload(operation)], {
    discard: true
  })

/** Dies in a task module that is being imported. */
export const refuseWhileImporting = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const refusal = refusalWhileImporting(operation)
    return refusal === undefined ? Effect.void : Effect.die(refusal)
  })

/**
 * Dies in a worker that has not begun to import its first task, and in other threads of this library. The code that calls this then comes
 * from a module that Node.js has loaded ahead of the worker's own file.
 *
 * Such a module may start its executor some time after it was loaded, while the worker waits for its first task.
 */
const refuseInPreload = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() =>
    isWorker() && !hasImported()
      ? Effect.die(new ExecutorInPreloadError({ operation, flags: preloadFlags() }))
      : Effect.void
  )

/** Known even before the worker's own file runs. */
const isWorker = (): boolean =>
  isMainThread
    ? process.argv[1] === fileURLToPath(workerFile("process"))
    : hasProperty(workerData, "owner") && workerData.owner === ownThread.owner

const preloads = /(?:^|\s)(?:--import|--require|-r|--loader|--experimental-loader)(?:=|\s+)\S+/g

const preloadFlags = (): string => {
  const flags = [process.env["NODE_OPTIONS"] ?? "", ...process.execArgv].join(" ")
  return Array.from(flags.matchAll(preloads), ([flag]) => flag.trim()).join(" ")
}
