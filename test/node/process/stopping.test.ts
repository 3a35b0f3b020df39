import { existsSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import type { CallEnd } from "../../../src/internal/remote/Call.ts"
import {
  begun,
  deathOf,
  done,
  inFolder,
  isAlive,
  linesOf,
  pushed,
  success,
  until,
  withWorker,
  pidOf
} from "./support/processes.ts"

const stopped: CallEnd = { _tag: "Stopped", stuckAt: [] }

describe("stopping a call in a worker process", () => {
  it(
    "a call that has not begun is revoked, and the worker lives",
    withWorker(async (worker) => {
      const first = pushed(worker, "later", 20, 1)
      const second = pushed(worker, "add", 1, 1)
      worker.stop(second)
      assert.deepStrictEqual(await second.end, { _tag: "Revoked" })
      assert.deepStrictEqual(await first.end, success(1))
      assert.deepStrictEqual(await done(worker, "add", 1, 2), success(3))
    })
  )

  it("a call that listens cleans up, its reply is its end, and the worker lives", () =>
    inFolder((folder) =>
      withWorker(async (worker) => {
        const file = join(folder, "cleaned")
        const pid = await done(worker, "pid")
        const call = await begun(worker, folder, "cleanUp", file, 60)
        const next = pushed(worker, "pid")
        worker.stop(call)
        worker.stop(call)
        assert.deepStrictEqual(await call.end, success("cleaned"))
        assert.isTrue(existsSync(file))
        assert.deepStrictEqual(await next.end, pid)
      })()
    ))

  it.each(["spin", "blocked", "spinLater"])("a call in %s is stopped by force, and gives the others back", (name) =>
    inFolder((folder) =>
      withWorker(async (worker) => {
        const death = deathOf(worker)
        const call = await begun(worker, folder, name)
        const others = [pushed(worker, "add", 1, 1), pushed(worker, "add", 2, 2)]
        assert.isTrue(worker.isAlive)
        worker.stop(call)
        assert.deepStrictEqual(await call.end, stopped)
        assert.isFalse(worker.isAlive)
        assert.deepStrictEqual([...(await death)], others)
        assert.isFalse(isAlive(pidOf(worker)))
        assert.isTrue(others.every((other) => other.ends.length === 0))
      })()
    )
  )

  it(
    "a call that answers but does not end is stopped by force after its grace",
    withWorker(
      async (worker) => {
        const death = deathOf(worker)
        const call = pushed(worker, "ignoreAbort")
        await done(worker, "add", 1, 1)
        worker.stop(call)
        assert.deepStrictEqual(await call.end, stopped)
        assert.deepStrictEqual(await death, [])
      },
      { grace: 30, concurrency: 2 }
    )
  )

  it("those that ran beside a call that was stopped by force are told why they were lost", () =>
    inFolder((folder) =>
      withWorker(
        async (worker) => {
          const beside = pushed(worker, "untilAborted")
          const call = await begun(worker, folder, "spin")
          worker.stop(call)
          assert.deepStrictEqual(await call.end, stopped)
          const end = await beside.end
          assert.strictEqual(end._tag, "Crashed")
          assert.match(String(end._tag === "Crashed" && end.reason), /killed to stop the task "noteThen"/)
        },
        { concurrency: 2 }
      )()
    ))

  it("what a call had started goes with it", () =>
    inFolder((folder) =>
      withWorker(async (worker) => {
        const file = join(folder, "pids")
        const call = pushed(worker, "childThenSpin", file)
        await until(() => linesOf(file).length === 1)
        const [own, child] = linesOf(file)[0]!.split(" ").map(Number)
        assert.isTrue(isAlive(child!))
        worker.stop(call)
        await call.end
        assert.isFalse(isAlive(own!))
        await until(() => !isAlive(child!))
      })()
    ))

  it("a call that ends as it is stopped has one end, and the next one is not hit", async () => {
    let i = 0
    const work = withWorker(async (worker) => {
      for (; i < 200; i++) {
        const call = pushed(worker, "busy", i / 100)
        const next = pushed(worker, "add", i, 1)
        await new Promise((resolve) => setTimeout(resolve, 1))
        worker.stop(call)
        const { _tag } = await call.end
        // A process that took too long to answer is killed, and gives back what it had not begun.
        if (_tag === "Stopped") {
          assert.strictEqual((await next.end)._tag, "Revoked")
          return
        }
        assert.include(["Success", "Revoked"], _tag)
        assert.deepStrictEqual(await next.end, success(i + 1))
        assert.strictEqual(call.ends.length, 1)
      }
    })
    for (; i < 200; i++) await work()
  })
})
