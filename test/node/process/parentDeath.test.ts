import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import { inFolder, isAlive, linesOf, until } from "./support/processes.ts"

const parentFile = fileURLToPath(new URL("./support/parent.ts", import.meta.url))

const startParent = (...args: ReadonlyArray<string>) =>
  spawn(process.execPath, [...process.execArgv, parentFile, ...args], { stdio: ["ignore", "ignore", "inherit"] })

const pidsIn = (lines: ReadonlyArray<string>) =>
  lines.flatMap((line) => (line === "ready" ? [] : line.split(" ").map(Number)))

/** The processes that watch over the workers of a parent. */
const watchdogsOf = (pid: number): ReadonlyArray<number> =>
  process.platform === "linux"
    ? readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number)
    : []

describe("when the parent is gone", () => {
  it.each(["watchdog", "no-watchdog"])(
    "by SIGKILL, workers that spin and what they started are gone: %s",
    (watched) =>
      inFolder(async (folder) => {
        const file = join(folder, "pids")
        const parent = startParent("childThenSpin", file, watched)
        await until(() => linesOf(file).length === 3)
        const pids = pidsIn(linesOf(file))
        assert.strictEqual(pids.length, 4)
        assert.isTrue(pids.every(isAlive))
        const all = [...pids, ...watchdogsOf(parent.pid!)]
        parent.kill("SIGKILL")
        await until(() => !all.some(isAlive))
      }),
    20_000
  )

  it(
    "by process.exit, workers that spin and what they started are gone",
    () =>
      inFolder(async (folder) => {
        const file = join(folder, "pids")
        const parent = startParent("childThenSpin", file, "exit")
        await once(parent, "exit")
        const pids = pidsIn(linesOf(file))
        assert.strictEqual(pids.length, 4)
        await until(() => !pids.some(isAlive))
      }),
    20_000
  )

  it(
    "it can end while it has workers that have nothing to do, and they end too",
    () =>
      inFolder(async (folder) => {
        const file = join(folder, "pids")
        const parent = startParent("idle", file)
        const [code] = await once(parent, "exit")
        assert.strictEqual(code, 0)
        const pids = pidsIn(linesOf(file))
        assert.strictEqual(pids.length, 3)
        await until(() => !pids.some(isAlive))
      }),
    20_000
  )

  it(
    "a signal to its group, as a terminal sends it, does not reach the workers",
    () =>
      inFolder(async (folder) => {
        const file = join(folder, "pids")
        const parent = startParent("childThenSpin", file)
        await until(() => linesOf(file).length === 3)
        const groupOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[2]
        if (process.platform === "linux") {
          for (const line of linesOf(file).slice(0, 2)) {
            const [own, child] = line.split(" ").map(Number)
            assert.strictEqual(groupOf(own!), String(own))
            assert.strictEqual(groupOf(child!), String(own))
          }
        }
        parent.kill("SIGKILL")
        await until(() => !pidsIn(linesOf(file)).some(isAlive))
      }),
    20_000
  )
})
