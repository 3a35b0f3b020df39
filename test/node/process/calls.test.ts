import { assert, describe, it } from "vitest"
import { join } from "node:path"
import type { CallEnd } from "../../../src/internal/remote/Call.ts"
import { done, inFolder, linesOf, makeCall, options, pushed, success, until, withWorker } from "./support/processes.ts"

describe.each([
  ["with marks", {}],
  ["without marks", { claims: false }]
])("calls of a worker process, %s", (_name, more) => {
  it(
    "a call comes back with what it returned",
    withWorker(async (worker) => {
      assert.deepStrictEqual(await done(worker, "add", 1, 2), success(3))
    }, more)
  )

  it(
    "a call that throws fails, and the next one is not affected",
    withWorker(async (worker) => {
      const end = await done(worker, "noSuchFunction")
      assert.strictEqual(end._tag, "Failure")
      assert.deepStrictEqual(await done(worker, "add", 1, 2), success(3))
    }, more)
  )

  it("calls that were handed over together are done in their order, one at a time", () =>
    inFolder((folder) =>
      withWorker(async (worker) => {
        const file = join(folder, "notes")
        const calls = Array.from({ length: 300 }, (_, i) => pushed(worker, "note", file, i))
        await Promise.all(calls.map((call) => call.end))
        assert.deepStrictEqual(
          linesOf(file),
          calls.map((_, i) => String(i))
        )
      }, more)()
    ))

  it(
    "many more calls than there are places in the shared file all end, each once",
    withWorker(async (worker) => {
      const calls = Array.from({ length: 5000 }, (_, i) => pushed(worker, "add", i, 1))
      const ends = await Promise.all(calls.map((call) => call.end))
      assert.deepStrictEqual(
        ends,
        calls.map((_, i) => success(i + 1))
      )
      assert.isTrue(calls.every((call) => call.ends.length === 1))
    }, more)
  )

  it(
    "as many calls go on at a time as concurrency says, and a long one holds up none of the others",
    withWorker(
      async (worker) => {
        const long = pushed(worker, "untilAborted")
        const calls = Array.from({ length: 3000 }, (_, i) => pushed(worker, "add", i, 0))
        await Promise.all(calls.map((call) => call.end))
        assert.strictEqual(long.ends.length, 0)
        worker.stop(long)
        assert.deepStrictEqual(await long.end, success("aborted"))
      },
      { ...more, concurrency: 2 }
    )
  )

  it(
    "a call that was taken back before it began does not run and does not end",
    withWorker(async (worker) => {
      const first = pushed(worker, "later", 20, "first")
      const second = pushed(worker, "add", 1, 1)
      const third = pushed(worker, "add", 2, 2)
      assert.isTrue(worker.revoke(second))
      assert.deepStrictEqual(await third.end, success(4))
      assert.deepStrictEqual(await first.end, success("first"))
      assert.deepStrictEqual(second.ends, [])
      assert.isFalse(worker.revoke(second))
    }, more)
  )

  it("a call that has begun is not given back, and ends", () =>
    inFolder((folder) =>
      withWorker(
        async (worker) => {
          const file = join(folder, "notes")
          const call = pushed(worker, "untilAborted")
          await done(worker, "note", file, "it runs, as it came first")
          assert.isFalse(worker.revoke(call))
          worker.stop(call)
          assert.deepStrictEqual(await call.end, success("aborted"))
        },
        { ...more, concurrency: 2 }
      )()
    ))
})

describe("what crosses to a worker process", () => {
  it(
    "an argument that structured clone refuses fails its call with the reason, and no other call",
    withWorker(async (worker) => {
      const before = pushed(worker, "add", 1, 1)
      const refused = pushed(worker, "echo", () => {})
      const after = pushed(worker, "add", 2, 2)
      const end = await refused.end
      assert.strictEqual(end._tag, "NotSent")
      assert.match(String(end._tag === "NotSent" && end.reason), /could not be cloned/)
      assert.deepStrictEqual([await before.end, await after.end], [success(2), success(4)])
    })
  )

  it(
    "a result that structured clone refuses ends its call with the reason",
    withWorker(async (worker) => {
      const end = await done(worker, "unclonable")
      assert.strictEqual(end._tag, "Unreadable")
      assert.match(String(end._tag === "Unreadable" && end.reason), /could not be cloned/)
    })
  )

  it(
    "values cross as by structured clone",
    withWorker(async (worker) => {
      const cyclic: { self?: unknown } = {}
      cyclic.self = cyclic
      const value = {
        date: new Date(0),
        map: new Map([[1, new Set([2n])]]),
        regex: /a/g,
        bytes: new Uint16Array([1, 2, 3]),
        view: new DataView(new ArrayBuffer(3)),
        error: new RangeError("no", { cause: "c" }),
        hole: Array.of(undefined, 1),
        undefined,
        text: "naïve ☃ 𝒳",
        cyclic
      }
      const end = await done(worker, "echo", value)
      assert.deepStrictEqual(end, success(structuredClone(value)))
    })
  )

  it(
    "a result has memory of its own: as large as it is, and shared with no other result",
    withWorker(async (worker) => {
      const calls = [1, 2, 3].map(() => pushed(worker, "bytes", 10))
      const results = (await Promise.all(calls.map((call) => call.end))) as ReadonlyArray<
        CallEnd & { value: Uint8Array }
      >
      for (const { value } of results) assert.strictEqual(value.buffer.byteLength, 10)
      assert.strictEqual(new Set(results.map(({ value }) => value.buffer)).size, 3)
    })
  )

  it.each([0, 1, 65_520, 65_536, 1 << 20, 64 << 20])(
    "%d bytes go there and come back whole",
    (size) =>
      withWorker(async (worker) => {
        const bytes = new Uint8Array(size)
        for (let i = 0; i < size; i += 997) bytes[i] = i
        const end = await done(worker, "echo", bytes)
        assert.isTrue(end._tag === "Success" && Buffer.from(bytes).equals(end.value as Uint8Array))
      })(),
    30_000
  )

  it(
    "what the runner sends comes before the reply that follows it",
    (() => {
      const seen: Array<unknown> = []
      return withWorker(
        async (worker) => {
          const call = makeCall("say", "hello")
          const end = new Promise<void>((resolve) => {
            const ended = call.ended
            worker.push({
              ...call,
              ended: (how) => {
                seen.push(how._tag)
                ended(how)
                resolve()
              }
            })
          })
          await end
          assert.deepStrictEqual(seen, ["hello", "Success"])
        },
        { onMessage: (message) => seen.push(message) }
      )
    })()
  )

  it.each(["spin", "abort", "exit"])("what the runner sends arrives though the process goes on to %s", (name) => {
    const message = Promise.withResolvers<unknown>()
    return withWorker(
      async (worker) => {
        const call = pushed(worker, "sayThen", "hello", name, 1)
        assert.strictEqual(await message.promise, "hello")
        worker.stop(call)
        assert.include(["Stopped", "Crashed"], (await call.end)._tag)
      },
      { onMessage: message.resolve, output: "ignore" }
    )()
  })

  it(
    "what it writes is passed on",
    (() => {
      const seen = { stdout: "", stderr: "" }
      return withWorker(
        async (worker) => {
          await done(worker, "print", "hello ☃")
          await until(() => seen.stdout !== "" && seen.stderr !== "")
          assert.deepStrictEqual(seen, { stdout: "hello ☃\n", stderr: "hello ☃\n" })
        },
        {
          output: (from, text) => {
            seen[from] += text
          }
        }
      )
    })()
  )

  it(
    "it has the environment, the folder and the flags that it was given",
    withWorker(
      async (worker) => {
        const end = await done(worker, "where")
        const seen = (end._tag === "Success" ? end.value : {}) as any
        assert.strictEqual(seen.cwd, "/")
        assert.strictEqual(seen.env.ADDED, "yes")
        assert.isUndefined(seen.env.PATH)
        assert.deepStrictEqual(seen.execArgv, ["--no-warnings"])
        assert.include(seen.argv, `${options().executor}/${options().name}`)
      },
      { cwd: "/", env: { ADDED: "yes", PATH: undefined }, execArgv: ["--no-warnings"] }
    )
  )
})
