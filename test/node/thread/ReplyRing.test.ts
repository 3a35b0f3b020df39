import { assert, describe, it } from "vitest"
import { makeMemory } from "../../../src/internal/node/thread/Doorbell.ts"
import { makeRing, ReplyRing } from "../../../src/internal/node/thread/ReplyRing.ts"
import type { HostReply } from "../../../src/internal/remote/Call.ts"

const success = (value: unknown): HostReply => ({ _tag: "Success", value })

/** The two sides of a ring, over the same memory. */
const sides = () => {
  const words = new Int32Array(makeMemory(1))
  const ring = makeRing()
  const worker = new ReplyRing(words, ring)
  const parent = new ReplyRing(words, ring)
  const drain = (): Array<readonly [id: number, what: unknown]> => {
    const seen: Array<readonly [number, unknown]> = []
    const count = parent.drain({
      arrived: () => {},
      replied: (id, reply) => seen.push([id, reply._tag === "Success" ? reply.value : reply]),
      announced: (id, message) => seen.push([id, `message ${message}`])
    })
    assert.strictEqual(count, seen.length)
    return seen
  }
  return { words, worker, parent, drain }
}

describe("the ring of small replies", () => {
  it("gives them in the order in which they were written, each once", () => {
    const { drain, worker } = sides()
    const all = ["text", 1.5, undefined, { list: [1, null] }].map((value, index) => [index + 1, value] as const)
    for (const [id, value] of all) assert.isTrue(worker.write(id, success(value)))
    assert.deepStrictEqual(drain(), all)
    assert.deepStrictEqual(drain(), [])
  })

  it("says which message has the reply that is none for it", () => {
    const { drain, worker } = sides()
    assert.isTrue(worker.announce(7, 123_456_789_012))
    assert.isTrue(worker.write(8, success("after it")))
    assert.deepStrictEqual(drain(), [
      [7, "message 123456789012"],
      [8, "after it"]
    ])
  })

  it("refuses what is too large for it, and what cannot be cloned, and goes on", () => {
    const { drain, worker } = sides()
    assert.isFalse(worker.write(1, success("x".repeat(2000))))
    assert.isFalse(
      worker.write(
        2,
        success(() => 1)
      )
    )
    assert.isFalse(worker.write(3, success({ f: () => 1 })))
    assert.isTrue(worker.write(4, success("good")))
    assert.deepStrictEqual(drain(), [[4, "good"]])
  })

  it("refuses a reply when it is full, overwrites none that was not read, and has room again when they were", () => {
    const { drain, worker } = sides()
    const text = "y".repeat(800)
    let written = 0
    while (worker.write(written + 1, success(`${written} ${text}`))) written++
    assert.isAbove(written, 50)
    const seen = drain()
    assert.deepStrictEqual(
      seen,
      Array.from({ length: written }, (_, n) => [n + 1, `${n} ${text}`] as const)
    )
    assert.isTrue(worker.write(written + 1, success("again")))
    assert.deepStrictEqual(drain(), [[written + 1, "again"]])
  })

  // Replies of many lengths, read in runs of many lengths, so that the end of the ring comes in every place of a reply, and the
  // reader everywhere behind it.
  it("keeps every reply whole where it goes round, however full it is", () => {
    const { drain, worker } = sides()
    let id = 0
    let length = 0
    for (let round = 0; round < 400; round++) {
      const expected: Array<readonly [number, unknown]> = []
      const many = round % 3 === 0 ? 1000 : 1 + (round % 37)
      for (let n = 0; n < many; n++) {
        length = (length + 61) % 500
        const value = `${id}:${"z".repeat(length)}`
        if (!worker.write(id + 1, success(value))) break
        expected.push([++id, value])
      }
      assert.deepStrictEqual(drain(), expected)
    }
  })

  it("keeps what is at its beginning when the rest up to its end is too short for the next reply", () => {
    const { parent, words, worker } = sides()
    const text = "w".repeat(1000)
    let id = 0
    const read: Array<number> = []
    // A reply is left unread at the beginning of the ring, and the writer comes to its end.
    while (worker.write(++id, success(`${text}${id}`)));
    const last = id - 1
    parent.drain({ arrived: () => {}, replied: (each) => read.push(each), announced: () => {} })
    assert.deepStrictEqual(
      read,
      Array.from({ length: last }, (_, n) => n + 1)
    )
    // From here on the reader is as far behind as can be: a reply fits only if it fits whole behind the end.
    const before = Array.from(words)
    let more = 0
    while (worker.write(++id, success(`${text}${id}`))) more++
    assert.isAtMost(more, last)
    assert.notDeepEqual(Array.from(words), before)
    const again: Array<string> = []
    parent.drain({
      arrived: () => {},
      replied: (each, reply) => again.push(`${each} ${reply._tag === "Success" && reply.value === `${text}${each}`}`),
      announced: () => {}
    })
    assert.deepStrictEqual(
      again,
      Array.from({ length: more }, (_, n) => `${last + 2 + n} true`)
    )
  })

  it("goes on where its counts wrap around", () => {
    const { drain, words, worker } = sides()
    // Just before 2 ** 31, where a signed word turns negative: whole rings have gone by until then.
    const nearly = 2 ** 31 - 8
    words.fill(nearly, 2, 4)
    for (let id = 1; id <= 100; id++) {
      assert.isTrue(worker.write(id, success(`${id} ${"v".repeat(100)}`)))
      assert.deepStrictEqual(drain(), [[id, `${id} ${"v".repeat(100)}`]])
    }
  })

  it("lets a reader of one read the next ones, and gives none twice", () => {
    const { parent, worker } = sides()
    for (let id = 1; id <= 4; id++) worker.write(id, success(id))
    const seen: Array<number> = []
    const reader = {
      arrived: () => {},
      replied: (id: number) => {
        seen.push(id)
        if (id === 1) parent.drain(reader)
      },
      announced: () => {}
    }
    parent.drain(reader)
    assert.deepStrictEqual(seen, [1, 2, 3, 4])
  })

  it("says that replies have arrived before the first of them, and again before those that come while they are read", () => {
    const { parent, worker } = sides()
    for (let id = 1; id <= 3; id++) worker.write(id, success(id))
    const seen: Array<number | "arrived"> = []
    const reader = {
      arrived: () => seen.push("arrived"),
      replied: (id: number) => {
        seen.push(id)
        if (id === 1) worker.write(4, success(4))
      },
      announced: () => {}
    }
    parent.drain(reader)
    parent.drain(reader)
    assert.deepStrictEqual(seen, ["arrived", 1, 2, 3, "arrived", 4])
  })
})
