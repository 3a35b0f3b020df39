import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { childEnv, childFlags } from "./childFlags.ts"
import type { Marks } from "./Marks.ts"
import type { ProcessOptions } from "./ProcessOptions.ts"
import { watchdog } from "./Watchdog.ts"
import { workerFile } from "../workerFile.ts"

/** Starts the process, as the leader of a group of its own, and has it watched. It has no pid if that failed. */
export const spawnWorker = (options: ProcessOptions, marks: Marks | undefined, isWatched: boolean): ChildProcess => {
  const flags = options.execArgv ?? childFlags(process.execArgv)
  const env = childEnv({ ...process.env, ...options.env })
  const child = spawn(
    process.execPath,
    [...flags, fileURLToPath(workerFile("process")), `${options.executor}/${options.name}`],
    {
      detached: true,
      windowsHide: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env,
      stdio: [
        "ignore",
        options.output === "ignore" ? "ignore" : "pipe",
        // Also if it is not shown: its end is for who asks why it died.
        "pipe",
        "pipe",
        "pipe",
        marks?.fd ?? "ignore",
        isWatched ? "ignore" : "pipe"
      ]
    }
  )
  if (!isWatched) return child
  if (child.pid === undefined) void watchdog.endIfUnused()
  else watchdog.add(child.pid)
  return child
}
