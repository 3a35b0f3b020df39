import { assert, describe, it } from "vitest"
import { LineReader } from "../../../src/internal/node/preemption/LineReader.ts"

describe("text of the inspector that arrives in parts", () => {
  it("is cut into lines, wherever the parts end", () => {
    const text = "one\n\ntwo and more\nthree\n"
    for (let size = 1; size <= text.length; size++) {
      const lines: Array<string> = []
      const reader = new LineReader((line) => lines.push(line))
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size))
      assert.deepStrictEqual(lines, ["one", "", "two and more", "three"])
    }
  })

  it("is refused if a line has no end", () => {
    const reader = new LineReader(() => {})
    assert.throws(() => {
      for (let n = 0; n < 5; n++) reader.push("x".repeat(1_000_000))
    }, "too long")
  })
})
