import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const program = path.join(import.meta.dirname, "tasks/stuckProgram.ts")

describe("ThreadExecutor, where the inspector is forbidden", () => {
  it("terminates threads whose tasks are stuck, and says that once, in a line", async () => {
    const flags = ["--permission", "--allow-worker", "--allow-fs-read=*", "--conditions=effect-futures-source"]
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program])
    const lines = stdout.trim().split("\n")
    assert.deepStrictEqual(
      lines.filter((line) => !line.includes("cannot be cut here")),
      ["TaskTimeoutError at 0 frames", "TaskTimeoutError at 0 frames"]
    )
    assert.lengthOf(lines, 3)
  })
})
