import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import type { Socket } from "node:net"

const shell = "/bin/sh"

/**
 * Reads "+ pid" and "- pid". When there is no more to read, the one who wrote is dead: the groups that are left have a
 * moment to end by themselves, as their own pipes have ended too, and are killed.
 */
const script = `
pids=""
while read -r op pid; do
  if [ "$op" = "+" ]; then pids="$pids $pid"; continue; fi
  left=""
  for p in $pids; do [ "$p" = "$pid" ] || left="$left $p"; done
  pids="$left"
done
[ -z "$pids" ] && exit 0
sleep 0.5 || sleep 1
for p in $pids; do kill -KILL "-$p"; done
`

/**
 * A tiny process that outlives this one, if this one is killed, and then kills its workers: one that spins cannot see by
 * itself that its parent is gone.
 *
 * One for all workers, as long as there are any. A watcher in each worker's group would cost more, and leave a zombie
 * behind each worker that is killed where nobody reaps orphans, as in many containers.
 */
class Watchdog {
  private readonly pids = new Set<number>()
  private shell: ChildProcess | undefined

  /** To be called at once after the process was started. */
  add(pid: number): void {
    this.pids.add(pid)
    if (this.shell === undefined) this.start()
    else this.tell("+", pid)
  }

  /** To be called when its group has been killed. Settles when nothing is left of it here. */
  async remove(pid: number): Promise<void> {
    if (!this.pids.delete(pid)) return
    const shell = this.shell
    if (this.pids.size > 0 || shell === undefined) {
      this.tell("-", pid)
      return
    }
    this.shell = undefined
    shell.ref()
    const exited = new Promise((resolve) => shell.once("close", resolve).once("error", resolve))
    shell.stdin?.end(`- ${pid}\n`)
    await exited
  }

  private start(): void {
    const child = spawn(shell, ["-c", script], {
      // A session of its own, so that what ends the parent's group does not end this.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" }
    })
    this.shell = child
    child.unref()
    // There is none if the process could not be started. Whatever goes wrong with it later shows in its end.
    const stdin = child.stdin as Socket | null | undefined
    stdin?.unref()
    stdin?.on("error", () => {})
    child.on("error", () => this.died(child, false))
    child.on("exit", () => this.died(child, true))
    for (const pid of this.pids) this.tell("+", pid)
  }

  /** Somebody killed it, or it could not be started: then the workers watch their pipes, and the next one tries again. */
  private died(child: ChildProcess, again: boolean): void {
    if (this.shell !== child) return
    this.shell = undefined
    if (again && this.pids.size > 0) this.start()
  }

  private tell(op: "+" | "-", pid: number): void {
    this.shell?.stdin?.write(`${op} ${pid}\n`)
  }
}

export const watchdog = new Watchdog()

/** Whether this system has what it takes. Where not, each worker watches with a thread of its own. */
export const hasWatchdog = (): boolean => (isFound ??= process.platform !== "win32" && isThere(shell))

let isFound: boolean | undefined

/** `false` also where the permission model forbids to look. */
const isThere = (file: string): boolean => {
  try {
    return existsSync(file)
  } catch {
    return false
  }
}
