import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { assert, describe, it, vi } from "vitest"
import { kinds } from "./remoteExecutors/support.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

const program = fileURLToPath(new URL("./output/program.ts", import.meta.url))

/** The lines of tasks that a program prints, for a reader who takes his time. */
const linesOf = async (kind: string, lines: number, times: number): Promise<ReadonlyArray<string>> => {
  const flags = ["--conditions=effect-futures-source", program, kind, String(lines), String(times)]
  const child = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] })
  let text = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
    child.stdout.pause()
    setImmediate(() => child.stdout.resume())
  })
  await once(child, "close")
  return text.split("\n").filter((line) => line !== "")
}

const expected = (lines: number, times: number) =>
  Array.from({ length: times }, () => Array.from({ length: lines }, (_, i) => `line ${i}`)).flat()

describe.each(kinds)("what tasks of %s print", (kind) => {
  it("is printed whole at an ordinary close: 25,000 lines of 25,000", async () => {
    const lines = await linesOf(kind, 25_000, 1)
    assert.strictEqual(lines.length, 25_000)
    assert.deepStrictEqual(lines, expected(25_000, 1))
  })

  it("is printed whole, however often an executor is opened and closed", async () => {
    assert.deepStrictEqual(await linesOf(kind, 1000, 10), expected(1000, 10))
  })
})
