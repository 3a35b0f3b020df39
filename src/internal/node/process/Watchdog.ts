import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import type { Socket } from "node:net"
import { clearTimeout, performance, setTimeout } from "../../timers.ts"

const shell = "/bin/sh"

/**
 * Reads "+ pid" and "- pid". When there is nothing more to read, the program is dead. The groups that are left get a moment to end by
 * themselves, because their own pipes have ended too, and are then killed.
 *
 * A shell that cannot fork for `sleep` exits at once. So the groups are killed when it exits, by its own `kill`, for which it need not
 * fork.
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

/** How long its shell may take to exit before it is killed, and the time until another try, in milliseconds. */
const patience = 1000

/**
 * A tiny process that survives this one if this one is killed, and then kills its workers: a worker in an endless loop cannot notice that
 * its parent is gone.
 *
 * There is one for all workers. A watcher in the group of each worker would cost more, and leave a zombie behind each worker that is killed
 * if nothing reaps orphans, as in many containers.
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
   * Whether the watchdog runs. Asked before a worker is started. `false` if there is no shell, or if it could not be started. Then the
   * worker must watch this process itself.
   */
  isReady(): boolean {
    if (this.shell === undefined && isThere(this.file)) this.start()
    return this.shell !== undefined
  }

  /** Watches a process. Called right after its start. */
  add(pid: number): void {
    this.pids.add(pid)
    if (this.shell === undefined) this.start()
    else this.tell("+", pid)
  }

  /** Stops watching a process, whose group has been killed. Settles when everything here is released. */
  remove(pid: number): Promise<void> {
    if (!this.pids.delete(pid)) return Promise.resolve()
    this.tell("-", pid)
    return this.endIfUnused()
  }

  /** Ends the watchdog if it watches nothing. Called if a process could not be started. */
  async endIfUnused(): Promise<void> {
    if (this.pids.size > 0) return
    clearTimeout(this.retry)
    const { shell } = this
    if (shell === undefined) return
    this.shell = undefined
    shell.ref()
    const closed = new Promise((resolve) => shell.once("close", resolve).once("error", resolve))
    shell.stdin?.end()
    // The shell does not exit while it is stopped by a signal.
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

  /** Some other process has killed the watchdog. */
  private died(child: ChildProcess): void {
    if (this.shell !== child) return
    this.shell = undefined
    if (performance.now() - this.startedAt < patience) this.tryAgain()
    else if (this.pids.size > 0) this.start()
  }

  /** A process may be possible later. Until then the present workers only notice the end of their pipes. */
  private tryAgain(): void {
    if (this.pids.size > 0) this.retry = setTimeout(() => this.start(), patience).unref()
  }

  private tell(op: "+" | "-", pid: number): void {
    this.shell?.stdin?.write(`${op} ${pid}\n`)
  }
}

/** `undefined`, or a process without a pid, if it could not be started. */
const startShell = (file: string): ChildProcess | undefined => {
  try {
    const child = spawn(file, ["-c", watchdogScript], {
      // A session of its own, so that a signal to the parent's group does not end it.
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

/** The permission model may forbid the look. Then the start of the shell shows it. */
const isThere = (file: string): boolean => {
  const { permission } = process as { readonly permission?: NodeJS.ProcessPermission }
  if (permission?.has("fs.read", file) === false) return file !== ""
  return existsSync(file)
}
