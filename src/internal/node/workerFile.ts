import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as util from "node:util"
import * as Effect from "effect/Effect"
import { WorkerFileError } from "../../Errors.ts"

const ownPath = /\/internal\/node\/workerFile\.(js|ts)$/

/** The files in this folder that threads and processes load by their URL, without their extension. */
const files = {
  thread: "thread/entry",
  inspectorRelay: "preemption/inspectorRelay",
  processRelay: "preemption/processRelay",
  process: "process/entry",
  traceWriter: "trace/writerThread",
  runner: "../remote/host/runner"
} as const

/**
 * The URL of a file that threads or processes load. `refuseWithoutWorkerFiles` has made sure that it exists.
 *
 * This is the only place that looks for the files relative to its own code. In a bundle, that code is the program itself.
 */
export const workerFile = (name: keyof typeof files): URL => {
  const url = import.meta.url.replace(/[?#].*$/, "")
  return new URL(`${files[name]}.${ownPath.exec(url)?.[1] ?? "js"}`, url)
}

/**
 * The file that this code runs from. `import.meta.url` is not reliable: webpack replaces it by the place of the file at build time, and
 * CommonJS bundles lack it.
 */
const runningFrom = (): string => {
  // A bundler may have removed it, and not every runtime has call sites.
  const url = import.meta.url as string | undefined
  const script = (util.getCallSites as typeof util.getCallSites | undefined)?.(1, { sourceMap: false })[0]?.scriptName
  if (script !== undefined && script.startsWith("file:")) return script
  if (script !== undefined && isAbsolute(script)) return pathToFileURL(script).href
  return url ?? "an unknown file"
}

let checked: Omit<ConstructorParameters<typeof WorkerFileError>[0], "operation"> | "found" | undefined

const check = () => {
  for (const url of [runningFrom(), String(import.meta.url)]) {
    if (!ownPath.test(url.replace(/[?#].*$/, ""))) return { reason: "bundled", file: url } as const
  }
  for (const name of Object.keys(files)) {
    // The names are the keys of `files`.
    const url = workerFile(name as keyof typeof files)
    if (!existsSync(fileURLToPath(url))) return { reason: "missing", file: url.href } as const
  }
  return "found"
}

/**
 * Dies in a bundle. Called first by functions that start workers: a worker could otherwise be started with the program's own file, and
 * start workers in turn. `operation` is the name of the function, such as `"ThreadExecutor.make"`.
 */
export const refuseWithoutWorkerFiles = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    checked ??= check()
    return checked === "found" ? Effect.void : Effect.die(new WorkerFileError({ operation, ...checked }))
  })
