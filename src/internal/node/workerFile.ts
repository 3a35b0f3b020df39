import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as util from "node:util"
import * as Effect from "effect/Effect"
import { WorkerFileError } from "../../Errors.ts"

const ownPath = /\/internal\/node\/workerFile\.(js|ts)$/

/** The files that threads and processes load by their URL, from this folder, without their extension. */
const files = {
  thread: "thread/entry",
  inspectorRelay: "preemption/inspectorRelay",
  process: "process/entry",
  traceWriter: "trace/writerThread",
  runner: "../remote/host/runner"
} as const

/**
 * The URL of a file that threads or processes load. `refuseWithoutWorkerFiles` has seen that it is there.
 *
 * The only place that looks for them by where this code is: in a bundle that is the program itself.
 */
export const workerFile = (name: keyof typeof files): URL => {
  const url = import.meta.url.replace(/[?#].*$/, "")
  return new URL(`${files[name]}.${ownPath.exec(url)?.[1] ?? "js"}`, url)
}

/**
 * The file that this code runs from. `import.meta.url` does not always tell: webpack writes into it where the file was on the
 * machine that it ran on, and in CommonJS bundles there is none.
 */
const runningFrom = (): string => {
  // A bundler may have taken it away, and not every runtime has call sites.
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
 * Dies in a bundle. Called first by what starts workers: where their files cannot be found, a worker might be started
 * with the program's own file, which would start workers in turn. `operation` is its name: `"ThreadExecutor.make"`.
 */
export const refuseWithoutWorkerFiles = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    checked ??= check()
    return checked === "found" ? Effect.void : Effect.die(new WorkerFileError({ operation, ...checked }))
  })
