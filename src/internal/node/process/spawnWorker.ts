import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { childEnv, childFlags } from "./childFlags.ts"
import type { ClaimFile } from "./ClaimFile.ts"
import type { ProcessOptions } from "./parent/ProcessOptions.ts"
import { watchdog } from "./Watchdog.ts"
import { workerFile } from "../workerFile.ts"
import { workerEnv } from "../workerOptions.ts"

/** Starts the process as the leader of its own group, and has it watched. Without a pid, the start has failed. */
export const spawnWorker = (
  options: ProcessOptions,
  claims: ClaimFile | undefined,
  isWatched: boolean
): ChildProcess => {
  let pid: number | undefined
  try {
    const child = start(options, claims, isWatched)
    pid = child.pid
    return child
  } finally {
    if (isWatched && pid !== undefined) watchdog.add(pid)
    else if (isWatched) void watchdog.endIfUnused()
  }
}

const start = (options: ProcessOptions, claims: ClaimFile | undefined, isWatched: boolean): ChildProcess => {
  const { cwd, execArgv, executor, gid, name, output, preempt, uid } = options
  const flags = execArgv ?? childFlags(process.execArgv)
  if (cwd !== undefined) checkFolder(cwd)
  try {
    return spawn(process.execPath, [...flags, fileURLToPath(workerFile("process")), `${executor}/${name}`], {
      detached: true,
      windowsHide: true,
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      env: childEnv(workerEnv(options)),
      stdio: [
        "ignore",
        output === "ignore" ? "ignore" : "pipe",
        // The output is read even if it is not shown, because its end may say why the worker died.
        "pipe",
        "pipe",
        "pipe",
        claims?.fd ?? "ignore",
        isWatched ? "ignore" : "pipe",
        ...(preempt === "inspector" ? (["pipe"] as const) : [])
      ]
    })
  } catch (error) {
    if (uid === undefined && gid === undefined) throw error
    // Node.js says only "spawn EPERM".
    const wish = `uid ${uid ?? "(unchanged)"} and gid ${gid ?? "(unchanged)"}`
    const message = `This process may not start a worker with ${wish}: only root can, and not on Windows (${String(error)})`
    throw new Error(message, { cause: error })
  }
}

/** Throws for a working directory that is none. Node.js would say that it cannot find its own program. */
const checkFolder = (cwd: string): void => {
  let isFolder: boolean
  try {
    isFolder = fs.statSync(cwd).isDirectory()
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined
    // The parent may lack the right to look there.
    if (code !== "ENOENT" && code !== "ENOTDIR") return
    isFolder = false
  }
  if (!isFolder) throw new Error(`Its working directory, the option cwd, is no folder: ${JSON.stringify(cwd)}`)
}
