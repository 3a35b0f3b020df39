import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { Watchdog, watchdogScript } from "../../../src/internal/node/process/Watchdog.ts"
import { inFolder, isAlive, until } from "./support/processes.ts"

const sleeper = (more: object = {}): ChildProcess =>
  spawn("/bin/sleep", ["1000"], { detached: true, stdio: "ignore", ...more })

const shellOf = (watchdog: Watchdog): number => watchdog["shell"]?.pid ?? assert.fail("it has no shell")

const nobody = 65_534

describe.skipIf(process.platform === "win32")("the watchdog", () => {
  it("is gone when nothing is left to watch, also if somebody has stopped its shell", async () => {
    const watchdog = new Watchdog("/bin/sh")
    assert.isTrue(watchdog.isReady())
    const child = sleeper()
    watchdog.add(child.pid!)
    const shell = shellOf(watchdog)
    process.kill(shell, "SIGSTOP")
    child.kill("SIGKILL")
    await watchdog.remove(child.pid!)
    assert.isFalse(isAlive(shell))
  })

  it("is started again when somebody has killed its shell", async () => {
    const watchdog = new Watchdog("/bin/sh")
    assert.isTrue(watchdog.isReady())
    const child = sleeper()
    watchdog.add(child.pid!)
    const shell = shellOf(watchdog)
    process.kill(shell, "SIGKILL")
    await until(() => watchdog["shell"] !== undefined && shellOf(watchdog) !== shell)
    const next = shellOf(watchdog)
    assert.isTrue(isAlive(next))
    child.kill("SIGKILL")
    await watchdog.remove(child.pid!)
    assert.isFalse(isAlive(next))
  })

  it("says that it is not ready where its shell cannot be started", () =>
    inFolder((folder) => {
      assert.isFalse(new Watchdog(join(folder, "none")).isReady())
      const noProgram = join(folder, "noProgram")
      writeFileSync(noProgram, "\0")
      chmodSync(noProgram, 0o600)
      assert.isFalse(new Watchdog(noProgram).isReady())
      return Promise.resolve()
    }))

  it("ends with a worker that could not be started", async () => {
    const watchdog = new Watchdog("/bin/sh")
    assert.isTrue(watchdog.isReady())
    const shell = shellOf(watchdog)
    await watchdog.endIfUnused()
    assert.isFalse(isAlive(shell))
  })

  // Root has no limit of processes, and only root may become a user that has one.
  it("kills what is left also where its shell cannot fork for `sleep`", async ({ skip }) => {
    if (process.getuid?.() !== 0) skip("only root can start processes as a user with few of them")
    const victim = sleeper({ uid: nobody, gid: nobody })
    const shell = spawn(
      "/bin/sh",
      ["-c", 'ulimit -p 1 2>/dev/null || ulimit -u 1; exec /bin/sh -c "$0"', watchdogScript],
      {
        uid: nobody,
        gid: nobody,
        stdio: ["pipe", "ignore", "pipe"]
      }
    )
    let said = ""
    shell.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
    const ends = Promise.all([once(victim, "exit"), once(shell, "close")])
    shell.stdin.end(`+ ${victim.pid}\n`)
    const [[, signal]] = await ends
    assert.strictEqual(signal, "SIGKILL")
    assert.match(said, /fork/i)
  })
})
