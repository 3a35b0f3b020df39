import { runInNewContext } from "node:vm"
import { assert, describe, it } from "vitest"
import { fromJson, type Json, toJson } from "../../src/internal/durable/json.ts"
import { WireReader } from "../../src/internal/remote/codec/WireReader.ts"
import { WireWriter } from "../../src/internal/remote/codec/WireWriter.ts"
import "../../src/internal/remote/codec/effectTypes.ts"
import { isSame } from "../node/crossing/isSame.ts"
import { crossing } from "../node/crossing/values.ts"

const throughText = (value: unknown): unknown => fromJson(JSON.parse(JSON.stringify(toJson(value))) as Json)

/** Written down as for a worker, then as JSON, and back. */
const stored = (value: unknown): unknown => {
  const writer = new WireWriter({ sharesMemory: false, instances: "refuse" })
  const written = writer.write(value)
  const { specials, value: read } = throughText({ specials: writer.specials, value: written }) as {
    readonly specials: unknown
    readonly value: unknown
  }
  return new WireReader(specials).read(read)
}

describe("as JSON and back", () => {
  it.each(Object.entries(crossing))("%s is what it was", (_, value) => {
    assert.isTrue(isSame(stored(value()), value()))
  })

  it("a value of another realm keeps what is in it, as in Jest", () => {
    const kinds = {
      "new Map([[1, new Set([2])]])": new Map([[1, new Set([2])]]),
      "new Date(3)": new Date(3),
      "/a/g": /a/g,
      "Object(4)": Object(4),
      "new Uint8Array([5]).buffer": new Uint8Array([5]).buffer,
      "new DataView(new Uint8Array([6]).buffer)": new DataView(new Uint8Array([6]).buffer),
      "({ list: [new Map([[7, 8]])] })": { list: [new Map([[7, 8]])] }
    }
    for (const [text, own] of Object.entries(kinds)) assert.deepStrictEqual(throughText(runInNewContext(text)), own)
  })

  it("what structured clone would refuse is refused", () => {
    const args = (function (..._: Array<number>) {
      return arguments
    })(1)
    assert.throws(() => toJson({ args }), /arguments object/)
    assert.throws(() => toJson(Object.assign([1], { added: () => 1 })), /function/)
  })

  it("plain data is plain JSON, as people would write it", () => {
    const plain = { a: [1, "b", null, true], c: { d: [] } }
    assert.deepStrictEqual(toJson(plain), plain)
  })

  it("an object that looks like one of its forms is left alone", () => {
    for (const odd of [{ $: "undefined" }, { $: "ref", id: 3 }, { $: 1 }, JSON.parse('{"__proto__":{"a":1}}')]) {
      assert.deepStrictEqual(throughText([odd]), [odd])
    }
  })

  it("what is there twice is one thing afterwards, also if it holds itself", () => {
    const shared = { name: "shared" }
    const round: Record<string, unknown> = { shared, list: [shared], set: new Set([shared]) }
    round["self"] = round
    round["map"] = new Map<unknown, unknown>([[round, round]])
    const bytes = new Uint8Array([1, 2, 3, 4])
    round["views"] = [bytes, bytes.subarray(1, 3), new DataView(bytes.buffer)]
    const back = throughText(round) as typeof round & {
      list: Array<unknown>
      set: Set<unknown>
      map: Map<unknown, unknown>
      views: [Uint8Array, Uint8Array, DataView]
    }
    assert.strictEqual(back["shared"], back.list[0])
    assert.isTrue(back.set.has(back["shared"]))
    assert.strictEqual(back["self"], back)
    assert.strictEqual(back.map.get(back), back)
    assert.strictEqual(back.views[0].buffer, back.views[1].buffer)
    assert.deepStrictEqual([...back.views[1]], [2, 3])
  })

  it("holes take no time, even billions of them", () => {
    const shared = { shared: true }
    const sparse: Array<unknown> = [shared]
    sparse[4_000_000_000] = shared
    const back = throughText(sparse) as typeof sparse
    assert.strictEqual(back.length, 4_000_000_001)
    assert.strictEqual(back[4_000_000_000], back[0])
  })

  it("of a small part of something large only the part is kept", () => {
    const text = JSON.stringify(toJson(new Uint8Array(100_000).subarray(10, 20)))
    assert.isBelow(text.length, 100)
  })

  it("what nothing of ours has written is refused, and takes no time", () => {
    const forged: ReadonlyArray<Json> = [
      { $: "nothing" },
      { $: "ref", id: 1 },
      { $: "Map", v: 1 },
      { $: "Array", n: -1, v: [] },
      { $: "Uint8Array", v: [{ $: "ArrayBuffer", v: "" }, 0, 4e9] },
      { $: "bigint", v: "x" }
    ]
    for (const json of forged) assert.throws(() => fromJson(json))
  })
})
