import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import type { CallEnd } from "../../../src/internal/remote/Call.ts"
import { deathOf, done, inFolder, isAlive, pushed, until, withWorker, pidOf } from "./support/processes.ts"

type Crash = CallEnd & { readonly _tag: "Crashed" }

/** A call crashes while others wait behind it. They come back, in order, after its end. */
const crash = (name: string, args: ReadonlyArray<unknown>, check: (end: Crash) => void, more = {}) =>
  withWorker(
    async (worker) => {
      const call = pushed(worker, name, ...args)
      const others = [1, 2, 3].map((i) => pushed(worker, "add", i, i))
      let endedFirst = false
      const death = deathOf(worker).then((unbegun) => {
        endedFirst = call.ends.length === 1
        return unbegun
      })
      assert.deepStrictEqual([...(await death)], others)
      assert.isTrue(endedFirst)
      const end = await call.end
      assert.strictEqual(end._tag, "Crashed")
      check(end as Crash)
      assert.isFalse(isAlive(pidOf(worker)))
    },
    { output: "ignore", ...more }
  )

describe("a worker process that dies", () => {
  it(
    "by process.exit tells the code",
    crash("exit", [7], (end) => {
      assert.strictEqual(end.exitCode, 7)
      assert.isUndefined(end.signal)
    })
  )

  it(
    "by process.exit(0) has crashed as well",
    crash("exit", [0], (end) => assert.strictEqual(end.exitCode, 0))
  )

  it(
    "by a rejection that nobody handles tells the error and its last words",
    crash("rejectNow", ["nobody cared"], (end) => {
      assert.strictEqual(end.exitCode, 1)
      assert.instanceOf(end.reason, RangeError)
      assert.match(end.stderr, /nobody cared/)
    })
  )

  it(
    "by abort tells the signal",
    crash("abort", [], (end) => assert.strictEqual(end.signal, "SIGABRT"))
  )

  it.each(["SIGSEGV", "SIGKILL", "SIGTERM"])("by %s tells the signal", (signal) =>
    crash("signal", [signal], (end) => assert.strictEqual(end.signal, signal))()
  )

  it(
    "of too little memory tells so",
    crash(
      "outOfMemory",
      [],
      (end) => {
        assert.strictEqual(end.signal, "SIGABRT")
        assert.match(String(end.reason), /heap out of memory/i)
      },
      { execArgv: [...process.execArgv, "--max-old-space-size=32"] }
    ),
    30_000
  )

  it.each(["x", "not a frame, but as long as a header", "x".repeat(200_000)])(
    "after garbage in its pipe is given up",
    (text) =>
      crash("garbage", [text], (end) => {
        assert.strictEqual(end.signal, "SIGKILL")
        assert.match(String(end.reason), /replies cannot be read/)
      })()
  )

  it(
    "of an error that comes after its call has returned hits the call that runs then",
    withWorker(
      async (worker) => {
        const death = deathOf(worker)
        const returned = pushed(worker, "throwLater", "too late")
        const call = pushed(worker, "untilAborted")
        assert.deepStrictEqual(await returned.end, { _tag: "Success", value: "done" })
        const end = await call.end
        assert.strictEqual(end._tag, "Crashed")
        assert.match(String(end._tag === "Crashed" && end.reason), /too late/)
        assert.deepStrictEqual(await death, [])
      },
      { output: "ignore" }
    )
  )

  it(
    "while it has nothing to do says so",
    withWorker(async (worker) => {
      const death = deathOf(worker)
      process.kill(pidOf(worker), "SIGKILL")
      assert.deepStrictEqual(await death, [])
    })
  )

  it("takes with it what it had started", () =>
    inFolder((folder) =>
      withWorker(async (worker) => {
        const file = join(folder, "pid")
        const end = await done(worker, "childThenExit", file)
        assert.strictEqual(end._tag, "Crashed")
        await until(() => !isAlive(Number(readFileSync(file, "utf8"))))
      })()
    ))

  it(
    "with calls beside each other ends all that had begun, and gives back the others",
    withWorker(
      async (worker) => {
        const death = deathOf(worker)
        const begun = [
          pushed(worker, "untilAborted"),
          pushed(worker, "untilAborted"),
          pushed(worker, "signal", "SIGKILL")
        ]
        const others = [pushed(worker, "add", 1, 1), pushed(worker, "add", 1, 1)]
        assert.deepStrictEqual([...(await death)], others)
        for (const call of begun) assert.strictEqual((await call.end)._tag, "Crashed")
      },
      { concurrency: 3 }
    )
  )
})
