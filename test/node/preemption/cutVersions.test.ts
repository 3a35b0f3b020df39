import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"
import { cutsOn } from "../../../src/internal/node/preemption/cutVersions.ts"

describe("threads are cut in place", () => {
  it("on the version of Node.js that runs these tests", () => {
    assert.isTrue(cutsOn(process.versions.node))
  })

  for (const version of ["22.18.0", "23.11.1", "25.0.0", "26.999.0", "99.0.0", "latest"]) {
    it(`not on ${version}, which nobody has tried`, () => {
      assert.isFalse(cutsOn(version))
    })
  }

  it("and where they are not, a stuck thread is read, terminated and replaced, which the log says once", async () => {
    const program = fileURLToPath(new URL("./programs/untriedVersion.ts", import.meta.url))
    const flags = ["--conditions=effect-futures-source", program]
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 50_000 })
    const lines = stdout.trim().split("\n")
    const warnings = lines.filter((line) => line.includes("cannot be cut here (this has not been tested"))
    assert.lengthOf(warnings, 1)
    assert.include(warnings[0], "Node.js 99.0.0")
    assert.deepStrictEqual(
      lines.filter((line) => !warnings.includes(line)),
      ["TaskTimeoutError at 1 frames", "TaskTimeoutError at 1 frames"]
    )
  })
})
