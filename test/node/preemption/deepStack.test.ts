import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"
import { deepAt, runningStack, runningStackFrom } from "../../../src/internal/node/preemption/runningStack.ts"

const run = async (program: string, ...args: ReadonlyArray<string>): Promise<string> => {
  const file = fileURLToPath(new URL(`./programs/${program}`, import.meta.url))
  const flags = ["--conditions=effect-futures-source", file, ...args]
  // A program that does not end by itself is killed, which is an error here.
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 50_000 })
  return stdout
}

const at = <A>(frames: number, f: () => A): A => (frames === 0 ? f() : [at(frames - 1, f)][0]!)

describe("a task with a deep stack", () => {
  it("is stopped, tells at most 50 frames and how many more there are, and the program ends", async () => {
    const ends: unknown = JSON.parse(await run("deepStack.ts"))
    assert.deepStrictEqual(ends, [
      { first: "down", count: 41, last: "down" },
      { first: "down", count: 50, last: "(72 more)" },
      { first: "down", count: 50, last: "(more)" },
      { first: "down", count: 50, last: "(more)" }
    ])
  })

  it("is not deep below a thousand frames", () => {
    assert.isNull(runningStack(deepAt))
    assert.isNull(at(900, () => runningStack(deepAt)))
  })

  it("is read as it runs, innermost frame first", () => {
    const { count, frames } = at(1000, () => runningStack(deepAt))!
    assert.deepStrictEqual(
      frames.slice(0, 3).map((frame) => frame.functionName),
      ["", "at", "at"]
    )
    assert.strictEqual(count, deepAt)
    assert.match(frames[0]!.url, /deepStack\.test\.ts/)
  })

  it("is none where a task has changed what makes it", () => {
    const frame = { functionName: "f", url: "file:///a.js", location: { lineNumber: 1, columnNumber: 2 } }
    assert.deepStrictEqual(runningStackFrom({ frames: [frame], count: 1 }), { frames: [frame], count: 1 } as never)
    const others = [undefined, null, "Error\n    at f", {}, { frames: [], count: "1" }, { frames: "", count: 1 }]
    const frames = [null, "f", {}, { ...frame, url: 1 }, { ...frame, location: null }, { ...frame, functionName: {} }]
    for (const other of [...others, ...frames.map((each) => ({ frames: [each], count: 1 }))]) {
      assert.isNull(runningStackFrom(other))
    }
  })

  it("is read without a trace in Error", () => {
    const before = [Error.stackTraceLimit, Error.prepareStackTrace]
    at(1000, () => runningStack(deepAt))
    assert.deepStrictEqual([Error.stackTraceLimit, Error.prepareStackTrace], before)
  })
})

describe("a thread that is paused", () => {
  for (const frames of [10, 20_000]) {
    describe(`${frames} frames deep`, () => {
      it("ends if it was terminated before the pause came", async () => {
        assert.strictEqual(await run("paused.ts", "terminates it before", `${frames}`), "the thread has ended\n")
      })

      for (const when of ["exits while it is paused", "exits before"]) {
        it(`does not hold up the program that ${when}`, async () => {
          await run("paused.ts", when, `${frames}`)
        })
      }
    })
  }
})
