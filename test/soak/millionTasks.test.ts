import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it, vi } from "vitest"

// Against hanging only.
vi.setConfig({ testTimeout: 600_000 })

const tasks = 1_000_000
const megabyte = 1024 * 1024

interface InUse {
  readonly arrayBuffers: number
  readonly external: number
  readonly heapUsed: number
  readonly rss: number
}

/**
 * Resident memory grows for some hundred thousand tasks although nothing is kept: V8 gives each thread a young generation of up to 48
 * megabytes, of which it uses ever more pages, and memory once used is not given back. So the program has small ones, and what has
 * to level off is what comes after. Over four million tasks with V8's own sizes it was 350 MB after 100,000, 428 MB after 2,200,000,
 * and 424 MB at the end, with a heap of 26 MB all along.
 */
describe("a million tasks on threads", () => {
  it("leave the memory of the process where it was after six hundred thousand", async () => {
    const program = fileURLToPath(new URL("./millionTasksProgram.ts", import.meta.url))
    const flags = ["--expose-gc", "--max-semi-space-size=2", "--conditions=effect-futures-source"]
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, String(tasks)])
    const all = stdout
      .trim()
      .split("\n")
      .map((line): InUse => JSON.parse(line))
    assert.lengthOf(all, 10)
    const [before, after] = [all[5]!, all[9]!]
    assert.isBelow(after.heapUsed - before.heapUsed, 2 * megabyte)
    assert.isBelow(after.external - before.external, megabyte)
    assert.isBelow(after.arrayBuffers - before.arrayBuffers, megabyte)
    assert.isBelow(after.rss - before.rss, 8 * megabyte, all.map(({ rss }) => Math.round(rss / megabyte)).join(" "))
  })
})
