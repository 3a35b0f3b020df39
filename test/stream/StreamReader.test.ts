import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { StreamReader } from "../../src/internal/stream/StreamReader.ts"

/** A reader, and how much it has asked its writer for. */
const make = (buffer: number) => {
  const asked: Array<number> = []
  const reader = new StreamReader(undefined, buffer)
  reader.connect((count) => asked.push(count))
  return { reader, asked }
}

const done: Exit.Exit<never, unknown> = Exit.fail(Cause.Done())

describe("the reader of a stream", () => {
  it("refuses more than it has asked for, and takes as much", () => {
    const { reader } = make(2)
    assert.isFalse(reader.receive([1, 2, 3]))
    assert.isTrue(reader.receive([1]))
    assert.isTrue(reader.receive([2]))
    assert.strictEqual(reader.outstanding, 0)
    assert.isFalse(reader.receive([3]))
  })

  it.effect("asks for as much as it has dealt with, and hands on half of its buffer at a time", () =>
    Effect.gen(function* () {
      const { asked, reader } = make(4)
      reader.receive([1, 2, 3, 4])
      assert.deepStrictEqual(yield* reader.pull, [1, 2])
      assert.deepStrictEqual(asked, [])
      assert.deepStrictEqual(yield* reader.pull, [3, 4])
      assert.deepStrictEqual(asked, [2])
      reader.receive([5])
      assert.deepStrictEqual(yield* reader.pull, [5])
      assert.deepStrictEqual(asked, [2, 2])
    })
  )

  it.effect("asks for two at a time while elements come one by one, and for more again when more come together", () =>
    Effect.gen(function* () {
      const { asked, reader } = make(16)
      for (const n of [1, 2, 3, 4, 5, 6]) {
        reader.receive([n])
        yield* reader.pull
      }
      assert.deepStrictEqual(asked, [2, 2])
      reader.receive([7, 8, 9])
      yield* reader.pull
      reader.receive([10, 11, 12, 13])
      yield* reader.pull
      assert.deepStrictEqual(asked, [2, 2])
      reader.receive([14])
      yield* reader.pull
      assert.deepStrictEqual(asked, [2, 2, 9])
    })
  )

  it.effect("hands on together what has come in pieces", () =>
    Effect.gen(function* () {
      const { reader } = make(8)
      for (const n of [1, 2, 3, 4, 5]) reader.receive([n])
      assert.deepStrictEqual(yield* reader.pull, [1, 2, 3, 4])
      assert.deepStrictEqual(yield* reader.pull, [5])
    })
  )

  it.effect("comes to the end after all that has come before it, whatever comes behind it", () =>
    Effect.gen(function* () {
      const { reader } = make(4)
      reader.receive([1])
      reader.end(Exit.fail("it failed"))
      reader.end(Exit.void)
      assert.isTrue(reader.receive([2]))
      assert.deepStrictEqual(yield* reader.pull, [1])
      assert.deepStrictEqual(yield* Effect.exit(reader.pull), Exit.fail("it failed"))
    })
  )

  it.effect("says that it is done when its writer has succeeded", () =>
    Effect.gen(function* () {
      const { reader } = make(4)
      reader.end(Exit.void)
      assert.deepStrictEqual(yield* Effect.exit(reader.pull), done)
    })
  )

  it.effect("tells when its writer begins and ends to wait for it", () =>
    Effect.gen(function* () {
      const { reader } = make(2)
      const told: Array<boolean> = []
      reader.tellWaits((isWaiting) => told.push(isWaiting))
      reader.receive([1])
      assert.deepStrictEqual(told, [])
      reader.receive([2])
      assert.deepStrictEqual(told, [true])
      yield* reader.pull
      yield* reader.pull
      assert.deepStrictEqual(told, [true, false])
    })
  )
})
