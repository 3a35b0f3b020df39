import { assert, describe, it } from "vitest"
import { readReply, type WrittenReply, writeReply } from "../../../src/internal/node/thread/smallReply.ts"
import type { HostReply } from "../../../src/internal/remote/Call.ts"

const room = 2048
const into: WrittenReply = { tag: 0, length: 0, bytes: Buffer.alloc(room) }

const isWritten = (value: unknown): boolean => writeReply({ _tag: "Success", value }, into)

/** The reply as it arrives, from the middle of a larger memory. */
const cross = (reply: HostReply): HostReply | undefined => {
  if (!writeReply(reply, into)) return undefined
  const shared = Buffer.from(new SharedArrayBuffer(room + 100))
  into.bytes.copy(shared, 40, 0, into.length)
  return readReply(into.tag, shared, 40, into.length)
}

describe("a small reply", () => {
  const values: ReadonlyArray<readonly [what: string, value: unknown]> = [
    ["undefined", undefined],
    ["null", null],
    ["true", true],
    ["false", false],
    ["zero", 0],
    ["minus zero", -0],
    ["no number", Number.NaN],
    ["a large number", Number.MAX_VALUE],
    ["no text", ""],
    ["a text", "text"],
    ["the last letter of Latin 1", "ÿ"],
    ["the first letter behind it", "Ā"],
    ["half a surrogate pair", "\ud83d"],
    ["a whole one", "😀"],
    ["the longest text that fits", "x".repeat(room / 2)],
    ["an object", { a: 1, b: { c: "d", e: undefined } }],
    ["an array", [1, [2, null], "three", 4n]],
    ["an empty object", {}],
    ["an array with holes", Object.assign(Array.from({ length: 0 }), { length: 2 })]
  ]

  it.each(values)("arrives as what it was: %s", (_, value) => {
    assert.deepStrictEqual(cross({ _tag: "Success", value }), { _tag: "Success", value })
  })

  it("may be that the call was interrupted", () => {
    assert.deepStrictEqual(cross({ _tag: "Interrupted" }), { _tag: "Interrupted" })
  })

  it("may be a failure", () => {
    const reply: HostReply = { _tag: "Failure", cause: [{ kind: "fail", error: "no" }] }
    assert.deepStrictEqual(cross(reply), reply)
  })

  const others: ReadonlyArray<readonly [what: string, value: unknown]> = [
    ["a text that is too long", "x".repeat(room / 2 + 1)],
    ["a text in an object that is too long", { text: "x".repeat(300) }],
    ["a long array", Array.from({ length: 101 }, () => 1)],
    ["an object with many keys", Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`${n}`, n]))],
    ["what is nested deeply", [[[[[[[[1]]]]]]]]],
    ["a map", new Map([[1, 2]])],
    ["a date", new Date(0)],
    ["bytes", new Uint8Array(3)],
    ["an error", new Error("no")],
    ["an instance of a class", new URL("file:///a")],
    ["an object without a prototype", Object.create(null) as object],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a function in an array", [() => 1]],
    ["a bigint", 1n]
  ]

  it.each(others)("is none, but comes as a message: %s", (_, value) => {
    assert.isFalse(isWritten(value))
  })

  it("is none if it has a getter, which is not called", () => {
    let calls = 0
    const value = Object.defineProperty({}, "a", { enumerable: true, get: () => ++calls })
    assert.isFalse(isWritten(value))
    assert.isFalse(isWritten([value]))
    assert.strictEqual(calls, 0)
  })

  it("is none if it has a setter only", () => {
    assert.isFalse(isWritten(Object.defineProperty({}, "a", { enumerable: true, set: () => {} })))
  })
})
