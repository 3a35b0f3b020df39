import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { existsSync, readdirSync, readlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import type { ProcessOptions } from "../../../src/internal/node/process/parent/ProcessOptions.ts"
import { startProcess } from "../../../src/internal/node/process/parent/ProcessTransport.ts"
import {
  begun,
  done,
  inFolder,
  isAlive,
  linesOf,
  makeCall,
  options,
  pushed,
  success,
  until,
  pidOf
} from "./support/processes.ts"

const failureOf = (more: Partial<ProcessOptions>) =>
  Effect.runPromise(Effect.flip(Effect.scoped(startProcess(options({ output: "ignore", ...more })))))

/** Starts a worker in a scope that the test closes. */
const started = async (more: Partial<ProcessOptions> = {}) => {
  const scope = Scope.makeUnsafe()
  const worker = await Effect.runPromise(startProcess(options(more)).pipe(Effect.provideService(Scope.Scope, scope)))
  return { worker, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

describe("starting a worker process", () => {
  it("one that exits before it is ready fails with its code and last words", async () => {
    const error = await failureOf({
      execArgv: ["--import", "data:text/javascript,console.error('no way');process.exit(9)"]
    })
    assert.strictEqual(error.exitCode, 9)
    assert.match(error.stderr, /no way/)
  })

  it("one whose runner cannot be loaded fails with the reason", async () => {
    const error = await failureOf({ runner: "file:///nowhere/runner.js" })
    assert.strictEqual(error.exitCode, 1)
    assert.match(String(error.reason), /Cannot find module/)
  })

  it("one that is killed before it is ready fails with the signal", async () => {
    const error = await failureOf({
      execArgv: ["--import", "data:text/javascript,process.kill(process.pid,'SIGKILL')"]
    })
    assert.strictEqual(error.signal, "SIGKILL")
  })

  it("one in a folder that does not exist fails", async () => {
    const error = await failureOf({ cwd: "/nowhere/at/all" })
    assert.match(String(error.reason), /cwd, is no folder: "\/nowhere\/at\/all"/)
  })

  it("with a flag that Node does not know fails with what Node says", async () => {
    const error = await failureOf({ execArgv: ["--no-such-flag"] })
    assert.match(error.stderr, /bad option/)
  })

  it("with a variable that cannot be one fails", async () => {
    const error = await failureOf({ env: { BAD: "nul\0" } })
    assert.match(String(error.reason), /null bytes/)
  })

  it("interrupting the start leaves no process", () =>
    inFolder(async (folder) => {
      const file = join(folder, "pid")
      const code = `process.getBuiltinModule("fs").writeFileSync(${JSON.stringify(file)},process.pid+"\\n");for(;;){}`
      const preload = `data:text/javascript,${encodeURIComponent(code)}`
      const fiber = Effect.runFork(Effect.scoped(startProcess(options({ execArgv: ["--import", preload] }))))
      await until(() => linesOf(file).length === 1)
      await Effect.runPromise(Fiber.interrupt(fiber))
      assert.isFalse(isAlive(Number(linesOf(file)[0])))
    }))
})

describe("ending a worker process", () => {
  it("in good order closes the runner", () =>
    inFolder(async (folder) => {
      const { worker, close } = await started()
      const file = join(folder, "closed")
      await done(worker, "onClose", file)
      await close()
      assert.deepStrictEqual(linesOf(file), ["closed"])
      assert.isFalse(isAlive(pidOf(worker)))
    }))

  it("lets what runs clean up, and withdraws what has not begun", () =>
    inFolder(async (folder) => {
      const { worker, close } = await started()
      const file = join(folder, "clean")
      const call = await begun(worker, folder, "cleanUp", file, 20)
      const next = pushed(worker, "add", 1, 1)
      await close()
      assert.isTrue(existsSync(file))
      assert.deepStrictEqual(await call.end, success("cleaned"))
      assert.deepStrictEqual(await next.end, { _tag: "Revoked" })
    }))

  it.each(["spin", "ignoreAbort", "blocked"])("by force if it does not end when asked: %s", (name) =>
    inFolder(async (folder) => {
      const { worker, close } = await started({ grace: 50 })
      const call = await begun(worker, folder, name)
      await close()
      assert.deepStrictEqual(await call.end, { _tag: "Stopped", stuckAt: [] })
      assert.isFalse(isAlive(pidOf(worker)))
    })
  )

  it("takes what it had started with it, also when it ends in good order", async () => {
    const { worker, close } = await started()
    const end = await done(worker, "child")
    const pid = end._tag === "Success" ? Number(end.value) : 0
    assert.isTrue(isAlive(pid))
    await close()
    await until(() => !isAlive(pid))
  })

  it("calls nobody's onDeath", async () => {
    const { worker, close } = await started()
    let deaths = 0
    worker.ownedBy({ onDeath: () => deaths++ })
    await close()
    assert.strictEqual(deaths, 0)
  })

  it("may come after it has died by itself", async () => {
    const { worker, close } = await started()
    const end = done(worker, "exit", 2)
    await close()
    assert.include(["Crashed", "Revoked"], (await end)._tag)
    await close()
  })

  it("takes nothing that is pushed afterwards", async () => {
    const { worker, close } = await started()
    await close()
    assert.isFalse(worker.push(makeCall("add", 1, 1)))
  })
})

// Only Linux shows them as files.
describe.runIf(process.platform === "linux")("what is left of worker processes", () => {
  const descriptors = () =>
    readdirSync("/proc/self/fd").flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)]
      } catch {
        return []
      }
    })
  const markFiles = () =>
    ["/dev/shm", process.env["TMPDIR"] ?? "/tmp"].flatMap((folder) =>
      readdirSync(folder).filter((name) => name.startsWith(`effect-futures-${process.pid}-`))
    )

  it("is neither a descriptor nor a file nor a handle after 20 of them, however they ended", async () => {
    const round = async (i: number) => {
      const { worker, close } = await started({ output: "ignore" })
      const end = done(worker, ["add", "exit", "spin"][i % 3]!, 1)
      if (i % 3 !== 2) await end
      await close()
      await end
    }
    await round(0)
    const before = descriptors().length
    const handles = process.getActiveResourcesInfo().length
    for (let i = 0; i < 4; i++) await Promise.all([0, 1, 2, 3, 4].map((j) => round(i + j)))
    await until(() => descriptors().length <= before && process.getActiveResourcesInfo().length <= handles)
    assert.deepStrictEqual(markFiles(), [])
  }, 60_000)

  it("while it runs the file of marks has no name", async () => {
    const { close } = await started()
    assert.deepStrictEqual(markFiles(), [])
    await close()
  })
})
