import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import type { Socket } from "node:net"
import { clearTimeout, performance, setTimeout } from "../../timers.ts"

const shell = "/bin/sh"

/**
 * Reads "+ pid" and "- pid". When there is no more to read, the one who wrote is dead: the groups that are left have a
 * moment to end by themselves, as their own pipes have ended too, and are killed.
 *
 * A shell that cannot fork for `sleep` exits there and then. So they are killed as it exits, by its own `kill`, for which it forks
 * nothing.
 */
export const watchdogScript = `
pids=""
while read -r op pid; do
  if [ "$op" = "+" ]; then pids="$pids $pid"; continue; fi
  left=""
  for p in $pids; do [ "$p" = "$pid" ] || left="$left $p"; done
  pids="$left"
done
[ -z "$pids" ] && exit 0
trap 'for p in $pids; do kill -KILL "-$p"; done' EXIT
sleep 0.5 || sleep 1
`

/** How long its shell may take to exit before it is killed, and how long until another is tried, in milliseconds. */
const patience = 1000

/**
 * A tiny process that outlives this one, if this one is killed, and then kills its workers: one that spins cannot see by
 * itself that its parent is gone.
 *
 * One for all workers, as long as there are any. A watcher in each worker's group would cost more, and leave a zombie
 * behind each worker that is killed where nobody reaps orphans, as in many containers.
 */
export class Watchdog {
  private readonly pids = new Set<number>()
  private readonly file: string
  private shell: ChildProcess | undefined
  private startedAt = 0
  private retry: NodeJS.Timeout | undefined

  constructor(file: string) {
    this.file = file
  }

  /**
   * Whether it is there to watch. To be asked for before a worker is started: `false` where there is no shell, or none could be
   * started just now. Then the worker has to watch this process by itself.
   */
  isReady(): boolean {
    if (this.shell === undefined && isThere(this.file)) this.start()
    return this.shell !== undefined
  }

  /** Watches a process. Called at once after its start. */
  add(pid: number): void {
    this.pids.add(pid)
    if (this.shell === undefined) this.start()
    else this.tell("+", pid)
  }

  /** Watches a process no more, when its group has been killed. Settles when nothing is left of it here. */
  remove(pid: number): Promise<void> {
    if (!this.pids.delete(pid)) return Promise.resolve()
    this.tell("-", pid)
    return this.endIfUnused()
  }

  /** Ends the watchdog if it watches nothing. Called when a process could not be started. */
  async endIfUnused(): Promise<void> {
    if (this.pids.size > 0) return
    clearTimeout(this.retry)
    const { shell } = this
    if (shell === undefined) return
    this.shell = undefined
    shell.ref()
    const closed = new Promise((resolve) => shell.once("close", resolve).once("error", resolve))
    shell.stdin?.end()
    // The shell does not end while somebody has it stopped.
    const timer = setTimeout(() => shell.kill("SIGKILL"), patience)
    await closed
    clearTimeout(timer)
  }

  private start(): void {
    clearTimeout(this.retry)
    const child = startShell(this.file)
    if (child?.pid === undefined) return this.tryAgain()
    this.shell = child
    this.startedAt = performance.now()
    child.unref()
    const stdin = child.stdin as Socket
    stdin.unref()
    // Later errors show in the end of the shell.
    stdin.on("error", () => {})
    child.on("exit", () => this.died(child))
    for (const pid of this.pids) this.tell("+", pid)
  }

  /** The watchdog was killed by somebody. */
  private died(child: ChildProcess): void {
    if (this.shell !== child) return
    this.shell = undefined
    if (performance.now() - this.startedAt < patience) this.tryAgain()
    else if (this.pids.size > 0) this.start()
  }

  /** There may be room for a process later. Until then the workers that are there watch nothing but their pipes. */
  private tryAgain(): void {
    if (this.pids.size > 0) this.retry = setTimeout(() => this.start(), patience).unref()
  }

  private tell(op: "+" | "-", pid: number): void {
    this.shell?.stdin?.write(`${op} ${pid}\n`)
  }
}

/** `undefined`, or something without a pid, if it could not be started. */
const startShell = (file: string): ChildProcess | undefined => {
  try {
    const child = spawn(file, ["-c", watchdogScript], {
      // A session of its own, so that what ends the parent's group does not end this.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" }
    })
    return child.on("error", () => {})
  } catch {
    return undefined
  }
}

export const watchdog = new Watchdog(process.platform === "win32" ? "" : shell)

/** `false` also where the permission model forbids to look. */
const isThere = (file: string): boolean => {
  try {
    return existsSync(file)
  } catch {
    return false
  }
}
