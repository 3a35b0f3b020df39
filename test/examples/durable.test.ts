import { assert, describe, it } from "@effect/vitest"
import { runDemo, temporaryFolder } from "./demo.ts"

describe("analyse-folder --durable", () => {
  it("has every file once, though one of the two processes was killed in the middle", async () => {
    const files = Array.from({ length: 120 }, (_, n) => [`file-${n}.txt`, `${"line\n".repeat(n)}`] as const)
    using folder = temporaryFolder(Object.fromEntries(files))
    const { code, stdout } = await runDemo([folder.folder, "--durable"])
    assert.strictEqual(code, 0)
    assert.include(stdout, "120 files analysed")
    assert.match(
      stdout,
      /One of the two worker processes was killed after \d+ files; what it had was done by the other/
    )
    assert.match(stdout, /120 tasks in the database, [1-9]\d* begun again: every file is there once/)
  }, 120_000)
})
