import { fileURLToPath } from "node:url"
import { isMainThread, workerData } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { ExecutorInPreloadError } from "../../Errors.ts"
import { hasProperty } from "../hasProperty.ts"
import { hasImported } from "../remote/host/importing.ts"
import { workerFile } from "./workerFile.ts"

/**
 * Dies in a worker that has not begun to import its first task. The code that calls this then comes from a module that Node.js has loaded
 * ahead of the worker's own file. `operation` is the name of the function, such as `"ThreadExecutor.make"`.
 *
 * Such a module may start its executor some time after it was loaded, while the worker waits for its first task.
 */
export const refuseInPreload = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() =>
    isWorker() && !hasImported()
      ? Effect.die(new ExecutorInPreloadError({ operation, flags: preloadFlags() }))
      : Effect.void
  )

/** Known even before the worker's own file runs. */
const isWorker = (): boolean =>
  isMainThread
    ? process.argv[1] === fileURLToPath(workerFile("process"))
    : hasProperty(workerData, "runner") && workerData.runner === workerFile("runner").href

const preloads = /(?:^|\s)(?:--import|--require|-r|--loader|--experimental-loader)(?:=|\s+)\S+/g

const preloadFlags = (): string => {
  const flags = [process.env["NODE_OPTIONS"] ?? "", ...process.execArgv].join(" ")
  return Array.from(flags.matchAll(preloads), ([flag]) => flag.trim()).join(" ")
}
