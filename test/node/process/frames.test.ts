import { assert, describe, it } from "vitest"
import { bareFrame, decodePayload, encodeFrame, makeFrame } from "../../../src/internal/node/process/encoding.ts"
import { Kind } from "../../../src/internal/remote/protocol.ts"
import { FrameReader } from "../../../src/internal/node/process/FrameReader.ts"

const read = (chunks: Iterable<Buffer>) => {
  const frames: Array<unknown> = []
  const reader = new FrameReader(({ kind, id, slot, token, payload }) =>
    frames.push([kind, id, slot, token, payload.length === 0 ? "none" : decodePayload(payload)])
  )
  let isFine = true
  for (const chunk of chunks) isFine &&= reader.push(chunk)
  return { frames, isFine }
}

const written = Buffer.concat([
  makeFrame(Kind.call, 1, 1023, 255, (serializer) => serializer.writeValue(["a", { b: "☃" }])),
  bareFrame(Kind.interrupt, 0xffff_ffff),
  encodeFrame(Kind.message, new Uint8Array(300), 2),
  bareFrame(Kind.close)
])
const expected = [
  [Kind.call, 1, 1023, 255, ["a", { b: "☃" }]],
  [Kind.interrupt, 0xffff_ffff, 0, 0, "none"],
  [Kind.message, 2, 0, 0, new Uint8Array(300)],
  [Kind.close, 0, 0, 0, "none"]
]

describe("frames in a pipe", () => {
  it("are read wherever the stream is cut", () => {
    for (let size = 1; size <= written.length; size++) {
      // A buffer that all chunks share, as in the worker.
      const shared = Buffer.alloc(size)
      const chunks = function* () {
        for (let at = 0; at < written.length; at += size) {
          const length = written.copy(shared, 0, at, at + size)
          yield shared.subarray(0, length)
        }
      }
      assert.deepStrictEqual(read(chunks()), { frames: expected, isFine: true }, `in pieces of ${size}`)
    }
  })

  it("a changed bit in a header is noticed", () => {
    for (let bit = 0; bit < 16 * 8; bit++) {
      const changed = Buffer.from(written)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.isFalse(read([changed]).isFine, `bit ${bit}`)
    }
  })

  it("what is too short for a header is noticed as far as it can be no header", () => {
    assert.isFalse(read([Buffer.from("x")]).isFine)
    assert.isTrue(read([written.subarray(0, 5)]).isFine)
  })

  it("what cannot be cloned throws, with the reason", () => {
    assert.throws(() => encodeFrame(Kind.call, { f() {} }), /could not be cloned/)
    const getter = {
      get a() {
        throw new RangeError("mine")
      }
    }
    assert.throws(() => encodeFrame(Kind.call, getter), "mine")
  })
})
