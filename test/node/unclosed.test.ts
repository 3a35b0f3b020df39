import { assert, describe, it, vi } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

// Against hanging only: a program that did not end would run for an hour.
vi.setConfig({ testTimeout: 180_000 })

const program = fileURLToPath(new URL("./unclosed/program.ts", import.meta.url))

describe.each(["fibers", "threads", "processes"])("an executor of %s that nobody closed", (kind) => {
  it.each(["scope", "runtime"])(
    "does not keep a program alive that has nothing left to do, made in a %s",
    async (way) => {
      // Rejects unless it exits with 0, when it has.
      const flags = ["--conditions=effect-futures-source", program, kind, way]
      const { stderr, stdout } = await promisify(execFile)(process.execPath, flags)
      assert.deepStrictEqual([stdout, stderr], ["[ 3, 7 ]\n", ""])
    }
  )
})
