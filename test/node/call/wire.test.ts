import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { isPlainData } from "../../../src/internal/remote/codec/isPlainData.ts"
import { readCause } from "../../../src/internal/remote/codec/decodeReply.ts"
import { writeCause } from "../../../src/internal/remote/codec/encodeReply.ts"
import { QueueFullError } from "../../../src/Errors.ts"
import { clone } from "./support.ts"

/** The error as it arrives. */
const cross = (error: unknown): unknown => {
  const [reason] = readCause(clone(writeCause(Cause.fail(error))), "worker w-1").reasons
  return reason?._tag === "Fail" ? reason.error : reason
}

const fieldsOf = (fields: object) => Object.assign(new Error("with fields"), fields)

describe("an error crosses", () => {
  it("with a cause that leads back to it", () => {
    const error = new Error("round")
    error.cause = new Error("and round", { cause: error })
    const arrived = cross(error) as Error
    expect((arrived.cause as Error).cause).toBe(arrived)
  })

  it("with the errors of an AggregateError", () => {
    const arrived = cross(new AggregateError([new TypeError("one"), 2], "both")) as AggregateError
    expect(arrived).toBeInstanceOf(AggregateError)
    expect(arrived.errors[0]).toBeInstanceOf(TypeError)
    expect(arrived.errors[1]).toBe(2)
  })

  it("as a DOMException if it is one", () => {
    const arrived = cross(new DOMException("stop", "AbortError")) as DOMException
    expect(arrived).toBeInstanceOf(DOMException)
    expect(arrived).toMatchObject({ name: "AbortError", message: "stop", code: 20 })
  })

  it("without its methods, with texts for what cannot be cloned", () => {
    const arrived = cross(
      fieldsOf({ f() {}, symbol: Symbol("s"), promise: Promise.resolve(), list: [() => 1], weak: new WeakMap() })
    )
    expect(arrived).toMatchObject({ symbol: "Symbol(s)", promise: "[object Promise]", list: [expect.any(String)] })
    expect(arrived).not.toHaveProperty("f")
  })

  it("with fields of all kinds that can be cloned", () => {
    const fields = {
      big: 1n,
      date: new Date(1),
      map: new Map([[1, new Set([2])]]),
      bytes: new Uint8Array([3]),
      un: undefined
    }
    expect(cross(fieldsOf(fields))).toMatchObject(fields)
  })

  it("with errors in its fields, however they are wrapped", () => {
    const inner = new RangeError("inner")
    const arrived = cross(fieldsOf({ list: [{ inner }], map: new Map([["inner", inner]]), set: new Set([inner]) })) as {
      list: Array<{ inner: unknown }>
      map: Map<string, unknown>
      set: Set<unknown>
    }
    expect(arrived.list[0]!.inner).toBeInstanceOf(RangeError)
    expect(arrived.map.get("inner")).toBe(arrived.list[0]!.inner)
    expect([...arrived.set]).toEqual([arrived.list[0]!.inner])
  })

  it("with a field whose getter throws", () => {
    const error = new Error("trapped")
    Object.defineProperty(error, "field", {
      enumerable: true,
      get() {
        throw new Error("no")
      }
    })
    expect(cross(error)).toMatchObject({ message: "trapped", field: expect.stringMatching(/cannot be read.*no/) })
  })

  it("when everything about it throws", () => {
    const hostile = new Proxy(new Error("behind"), {
      get() {
        throw new Error("get")
      },
      ownKeys() {
        throw new Error("keys")
      },
      getPrototypeOf() {
        throw new Error("prototype")
      }
    })
    expect(cross(hostile)).toEqual(expect.any(String))
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(cross(proxy)).toEqual(expect.any(String))
    expect(cross(fieldsOf({ hostile, proxy }))).toMatchObject({ message: "with fields", hostile: expect.any(String) })
  })

  it("when it is frozen, has no stack, or a message that cannot be written", () => {
    const frozen = Object.freeze(new TypeError("frozen"))
    expect(cross(frozen)).toBeInstanceOf(TypeError)
    const bare = new Error("bare")
    Reflect.deleteProperty(bare, "stack")
    expect((cross(bare) as Error).stack).toBe("Error: bare\n    at worker w-1")
    class Fixed extends Error {
      override get message() {
        return "fixed"
      }
      override get name() {
        return "Fixed"
      }
    }
    expect(cross(new Fixed())).toMatchObject({ message: "fixed", name: "Fixed" })
  })

  it("when it is nested deeper than anybody reads", () => {
    let error = new Error("innermost")
    for (let i = 0; i < 100_000; i++) error = new Error(`level ${i}`, { cause: error })
    expect(cross(error)).toMatchObject({ message: "level 99999", cause: { message: "level 99998" } })
  })

  it("with a name of a property that means something else to JavaScript", () => {
    const error = new Error("odd")
    Object.defineProperty(error, "__proto__", { value: { polluted: true }, enumerable: true })
    const arrived = cross(error) as Error
    expect(arrived).toBeInstanceOf(Error)
    expect(Object.hasOwn(arrived, "__proto__")).toBe(true)
    expect(Reflect.get(Object.prototype, "polluted")).toBe(undefined)
  })

  it("as a class of ours only if it is one", () => {
    const fake = Object.assign(new Error("fake"), { _tag: "QueueFullError" })
    expect(cross(fake)).not.toBeInstanceOf(QueueFullError)
    const real = cross(new QueueFullError({ executor: "e", capacity: 3 }))
    expect(real).toBeInstanceOf(QueueFullError)
    expect(real).toMatchObject({ executor: "e", capacity: 3, message: /is full: 3/.source && expect.any(String) })
  })
})

it("a record that looks like one of an error is left alone", () => {
  const fake = { kind: "Error", type: "Error", name: "n", message: "m", fields: {} }
  expect(cross(fake)).toEqual(fake)
  expect(cross({ fake, error: new Error("real") })).toMatchObject({ fake, error: { message: "real" } })
})

it("primitives cross as they are", () => {
  for (const value of [undefined, null, -0, NaN, 1n, ""]) expect(cross(value)).toBe(value)
})

it("annotations cross if they can be cloned, and the stack of spans crosses as text", () => {
  const exit = Effect.runSyncExit(Effect.fail("e").pipe(Effect.withSpan("inner"), Effect.withSpan("outer")))
  if (exit._tag === "Success") throw new Error("it has failed")
  const arrived = readCause(clone(writeCause(exit.cause)), "worker w-1")
  expect(Cause.pretty(arrived)).toBe(Cause.pretty(exit.cause))
})

it("what is plain data can be cloned", () => {
  const sure = [1, "a", undefined, null, [1, "b"], { a: 1, b: undefined }]
  for (const value of sure) {
    expect(isPlainData(value, false)).toBe(true)
    expect(clone(value)).toEqual(value)
  }
  for (const value of [() => 1, Symbol("s"), [() => 1], { f() {} }, new WeakMap(), new Proxy({ a: [] }, {})]) {
    expect(isPlainData(value, false)).toBe(false)
  }
})
