import { assert, describe, it, vi } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

// Against hanging only: a program that did not end would run for an hour.
vi.setConfig({ testTimeout: 180_000 })

const fileOf = (name: string) => fileURLToPath(new URL(`./unclosed/${name}.ts`, import.meta.url))

// Rejects unless it exits with 0, when it has.
const run = (file: string, ...args: ReadonlyArray<string>) =>
  promisify(execFile)(process.execPath, ["--conditions=effect-futures-source", fileOf(file), ...args], {
    maxBuffer: 100_000_000
  })

describe.each(["fibers", "threads", "processes"])("an executor of %s that nobody closed", (kind) => {
  it.each(["scope", "runtime"])(
    "does not keep a program alive that has nothing left to do, made in a %s",
    async (way) => {
      const { stderr, stdout } = await run("program", kind, way)
      assert.deepStrictEqual([stdout, stderr], ["[ 3, 7 ]\n", ""])
    }
  )
})

describe.each(["threads", "processes"])("an executor of %s that nobody closed", (kind) => {
  it("has everything printed that its tasks have printed, before the program ends", async () => {
    const count = 20_000
    const { stderr, stdout } = await run("printing", kind, `${count}`)
    for (const text of [stdout, stderr]) {
      const printed = text.split("\n").filter((line) => line !== "")
      for (const name of ["one", "other"]) {
        const lines = printed.filter((line) => line.startsWith(name))
        assert.deepStrictEqual(
          lines,
          Array.from({ length: count }, (_, i) => `${name} ${i + 1}`)
        )
      }
    }
  })
})
