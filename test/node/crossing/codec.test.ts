import {
  Cause,
  Chunk,
  DateTime,
  Duration,
  Effect,
  Equal,
  Exit,
  HashMap,
  HashSet,
  Option,
  Redacted,
  Result
} from "effect"
import * as BigDecimal from "effect/BigDecimal"
import { deserialize, serialize } from "node:v8"
import { assert, describe, it } from "vitest"
import { runInNewContext } from "node:vm"
import { isPlainData, maxDepth } from "../../../src/internal/remote/codec/isPlainData.ts"
import { effectKinds, kindOf } from "../../../src/internal/remote/codec/kindOf.ts"
import { Refusal } from "../../../src/internal/remote/codec/Refusal.ts"
import { frameKeys } from "../../../src/internal/remote/codec/WireReason.ts"
import { WireReader } from "../../../src/internal/remote/codec/WireReader.ts"
import { type WriteOptions, WireWriter } from "../../../src/internal/remote/codec/WireWriter.ts"
import "../../../src/internal/remote/codec/effectTypes.ts"

interface Wire {
  readonly specials: unknown
  readonly value: unknown
}

const write = (value: unknown, options: Partial<WriteOptions> = {}): Wire => {
  const writer = new WireWriter({ sharesMemory: false, instances: "refuse", ...options })
  return { value: writer.write(value), specials: writer.specials }
}

const read = ({ specials, value }: Wire): unknown => new WireReader(specials).read(value)

const cross = <A>(value: A, options?: Partial<WriteOptions>): A =>
  read(deserialize(serialize(write(value, options)))) as A

const refusal = (value: unknown, options?: Partial<WriteOptions>): Refusal => {
  try {
    write(value, options)
  } catch (error) {
    assert.instanceOf(error, Refusal)
    return error as Refusal
  }
  throw new Error("it was not refused")
}

describe("what is written down", () => {
  it("is read in the Maps and Sets of another realm, as copies are in Jest", () => {
    const map = runInNewContext("new Map()") as Map<unknown, unknown>
    const set = runInNewContext("new Set()") as Set<unknown>
    const { specials, value } = write(Option.some(1))
    map.set("key", value)
    set.add(value)
    read({ specials, value: [map, set] })
    assert.deepStrictEqual([map.get("key"), ...set], [Option.some(1), Option.some(1)])
  })

  it("keeps what is shared shared, and what leads back to itself so", () => {
    const shared = { bytes: Buffer.from("a") }
    const some = Option.some(shared)
    const round: Record<string, unknown> = { shared, some, again: some, list: [shared] }
    round["self"] = Option.some(round)
    round["map"] = new Map<unknown, unknown>([[some, round]])
    round["set"] = new Set<unknown>([round, some])
    const arrived = cross(round) as typeof round & {
      some: Option.Some<unknown>
      self: Option.Some<unknown>
      list: ReadonlyArray<unknown>
      map: Map<unknown, unknown>
      set: Set<unknown>
    }
    assert.strictEqual(arrived["again"], arrived.some)
    assert.strictEqual(arrived.some.value, arrived["shared"])
    assert.strictEqual(arrived.list[0], arrived["shared"])
    assert.isTrue(Option.isSome(arrived.self))
    assert.strictEqual(arrived.self.value, arrived)
    assert.strictEqual(arrived.map.get(arrived.some), arrived)
    assert.isTrue(arrived.set.has(arrived) && arrived.set.has(arrived.some))
  })

  it("finds its keys again, in a HashMap with structures and types of Effect for keys", () => {
    const map = HashMap.make(
      [Option.some(1), "option"],
      [Duration.millis(5), "duration"],
      [Chunk.make(1, 2), "chunk"],
      [BigDecimal.fromStringUnsafe("1.50"), "decimal"],
      [{ a: { b: 1 } }, "plain"]
    )
    const arrived = cross(map)
    assert.isTrue(Equal.equals(arrived, map))
    assert.deepStrictEqual(HashMap.get(arrived, Chunk.make(1, 2)), Option.some("chunk"))
    assert.deepStrictEqual(HashMap.get(arrived, BigDecimal.fromStringUnsafe("1.5")), Option.some("decimal"))
  })

  it("keeps a secret secret", () => {
    const arrived = cross(Redacted.make("s3cret", { label: "token" }))
    assert.strictEqual(String(arrived), "<redacted:token>")
    assert.strictEqual(Redacted.value(arrived), "s3cret")
  })

  it("is an error with its class, its cause and what it holds", () => {
    class Odd extends RangeError {
      readonly code = "E_ODD"
      override name = "Odd"
    }
    const cause = new Odd("odd", { cause: Option.some(1) })
    const sent = new AggregateError([cause, new DOMException("stop", "AbortError"), 3], "all", { cause })
    const arrived = cross(sent)
    assert.instanceOf(arrived, AggregateError)
    assert.strictEqual(arrived.stack, sent.stack)
    const [odd, stop, three] = arrived.errors as [Odd, DOMException, number]
    assert.strictEqual(arrived.cause, odd)
    assert.instanceOf(odd, RangeError)
    assert.deepStrictEqual([odd.name, odd.message, odd.code, odd.cause], ["Odd", "odd", "E_ODD", Option.some(1)])
    assert.instanceOf(stop, DOMException)
    assert.deepStrictEqual([stop.name, stop.code, three], ["AbortError", 20, 3])
    assert.isFalse(Object.keys(arrived).includes("cause"))
  })

  it.skipIf(typeof SuppressedError === "undefined")(
    "is a SuppressedError with both its errors, where the runtime has such errors",
    () => {
      const arrived = cross(new SuppressedError(new TypeError("second"), new Error("first"), "both"))
      assert.instanceOf(arrived, SuppressedError)
      assert.instanceOf(arrived.error, TypeError)
      assert.strictEqual((arrived.suppressed as Error).message, "first")
    }
  )

  it("keeps what leads back to the value of Effect that it is in", () => {
    const inner: { option?: Option.Option<unknown> } = {}
    const option = Option.some(inner)
    inner.option = option
    const arrived = cross(option)
    assert.strictEqual(Option.getOrThrow(arrived).option, arrived)
  })

  it("is as deep as it may be, and what is one level deeper is refused", () => {
    const nested = (levels: number): unknown => {
      let value: unknown = Buffer.from("a")
      for (let n = 0; n < levels; n++) value = { value }
      return value
    }
    assert.deepStrictEqual(cross(nested(maxDepth)), nested(maxDepth))
    assert.match(refusal(nested(maxDepth + 1)).message, /400/)
  })

  it("refuses what an error holds itself, and tells of what is behind it", () => {
    class Socket {
      readonly port = 1
    }
    assert.strictEqual(refusal(new Error("x", { cause: new Socket() })).path, ".cause")
    assert.strictEqual(refusal(Object.assign(new Error("x"), { on: { data: () => 1 } })).path, ".on.data")
    const behind = Object.assign(new Error("behind"), { socket: new Socket(), retry: () => 1 })
    const arrived = cross(new Error("x", { cause: behind }))
    assert.instanceOf(arrived.cause, Error)
    assert.deepStrictEqual(Object.entries(arrived.cause as Error), [["socket", { port: 1 }]])
  })

  it("runs a getter once", () => {
    let runs = 0
    const value = {
      get once() {
        return ++runs
      }
    }
    assert.isFalse(isPlainData(value, true))
    assert.strictEqual(runs, 0)
    assert.deepStrictEqual(cross(value), { once: 1 })
    assert.strictEqual(runs, 1)
  })

  it("runs nothing of a Proxy's", () => {
    const fail = (): never => {
      throw new Error("a trap was called")
    }
    const proxy = new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail, has: fail })
    assert.isFalse(isPlainData([proxy], true))
    assert.match(refusal({ list: [proxy] }).message, /it is a Proxy/)
  })

  it("is told with the way to it, however odd the names", () => {
    const bad = () => 1
    const fail = (): never => {
      throw new Error("it cannot be read")
    }
    const paths: ReadonlyArray<readonly [value: unknown, path: string]> = [
      [{ a: { "b-c": [1, bad] } }, '.a["b-c"][1]'],
      [new Map([["k", bad]]), '.get("k")'],
      [new Map([[{ bad }, 1]]), ".keys()[0].bad"],
      [new Map([[{}, bad]]), ".values()[0]"],
      [new Set([1, bad]), ".values()[1]"],
      [Option.some({ bad }), ".value.bad"],
      [Result.fail(bad), ".failure"],
      [Exit.fail({ bad }), ".cause.reasons[0].error.bad"],
      [Chunk.make(1, bad), "[1]"],
      [HashMap.make(["k", bad]), '.get("k")'],
      [Redacted.make(bad), ".value"],
      [Object.assign([1], { extra: bad }), ".extra"],
      [Object.assign(new Map([[1, 2]]), { extra: 1 }), ".extra"],
      [{ a: [Object.defineProperty({}, "b", { enumerable: true, get: fail })] }, ".a[0].b"],
      [Object.defineProperty(new Error("x"), "b", { enumerable: true, get: fail }), ".b"]
    ]
    for (const [value, path] of paths) assert.strictEqual(refusal(value).path, path)
  })

  it("does not send the memory of others along with a small Buffer", () => {
    const small = Buffer.from("small")
    assert.isAbove(small.buffer.byteLength, 1000)
    assert.isBelow(serialize(write(small)).length, 200)
  })

  it("may be shared memory, and what is made of it, only for a thread", () => {
    const shared = new Int32Array(new SharedArrayBuffer(8))
    assert.isTrue(isPlainData([shared], true))
    assert.isFalse(isPlainData([shared], false))
    assert.match(refusal([shared]).message, /SharedArrayBuffer/)
    assert.match(refusal([shared]).advice, /ThreadExecutor/)
  })

  it("may be of another realm, such as that of a test in Jest", () => {
    const foreign: unknown = runInNewContext(
      "({ map: new Map([[1, [2]]]), date: new Date(3), error: new AggregateError([new TypeError('t')], 'all') })"
    )
    assert.isTrue(isPlainData((foreign as { readonly map: unknown }).map, false))
    const arrived = cross(foreign) as { map: Map<unknown, unknown>; date: Date; error: AggregateError }
    assert.deepStrictEqual([...arrived.map], [[1, [2]]])
    assert.strictEqual(arrived.date.getTime(), 3)
    assert.instanceOf(arrived.error, AggregateError)
    assert.instanceOf(arrived.error.errors[0], TypeError)
  })

  it("is not taken for what another object with its prototype is", () => {
    for (const value of [Cause.fail(1), HashMap.make(["a", 1]), Cause.makeFailReason(1)]) {
      // The name of the type is in the value, and not in its prototype.
      const other: object = Object.create(Object.getPrototypeOf(value))
      assert.deepStrictEqual([kindOf(other), kindOf(value) === "instance"], ["instance", false])
    }
  })

  it("may be an instance of a class, as plain data, where that is wanted", () => {
    class User {
      readonly name = "Ada"
      readonly option = Option.some(1)
      get shout() {
        return this.name.toUpperCase()
      }
    }
    class Users extends Map<string, User> {}
    class Names extends Array<string> {}
    const sent = { users: new Users([["a", new User()]]), names: Names.from(["x"]) }
    const arrived = cross<unknown>(sent, { instances: "plain" }) as { users: Map<string, object>; names: Array<string> }
    assert.deepStrictEqual([...arrived.users], [["a", { name: "Ada", option: Option.some(1) }]])
    assert.deepStrictEqual(arrived.names, ["x"])
    assert.match(refusal(Promise.resolve(), { instances: "plain" }).message, /it is a Promise/)
  })

  it("is looked through in no time, with billions of holes, and the same thing again and again", () => {
    const sparse: Array<unknown> = []
    sparse[4_000_000_000] = 1
    assert.strictEqual((cross([sparse]) as [Array<unknown>])[0].length, 4_000_000_001)
    let doubled: unknown = "x"
    for (let i = 0; i < 100; i++) doubled = [doubled, doubled]
    assert.isTrue(isPlainData(doubled, false))
    const round: Array<unknown> = []
    round.push(round, { round })
    assert.isTrue(isPlainData(round, false))
  })

  it("is as deep as is allowed, in objects, arrays, Maps, Options, errors, and not deeper", () => {
    const wraps: ReadonlyArray<(value: unknown) => unknown> = [
      (value) => ({ value }),
      (value) => [value],
      (value) => new Map([[1, value]]),
      (value) => Option.some(value),
      (value) => Chunk.of({ value }),
      (value) => new Error("e", { cause: value })
    ]
    for (const wrap of wraps) {
      for (const depth of [100, 390, 1000, 1700, 20_000]) {
        let value: unknown = 1
        for (let i = 0; i < depth; i++) value = wrap(value)
        let wire: Wire
        try {
          wire = write(value)
        } catch (error) {
          assert.instanceOf(error, Refusal)
          continue
        }
        // Values that were not refused can be sent and read.
        read(deserialize(serialize(wire)))
        read(structuredClone(wire))
      }
    }
  })
})

describe("what comes from a worker", () => {
  const holes = (length: number): ReadonlyArray<unknown> => {
    const array: Array<unknown> = []
    array.length = length
    return array
  }
  const errorRecord = { kind: "Error", type: "Error", name: "n", message: "m", held: [], parts: {}, fields: {} }
  const deep: Record<string, unknown> = {}
  for (let i = 0, at = deep; i < 100_000; i++) at = (at["a"] = {}) as typeof deep
  const forged: Readonly<Record<string, unknown>> = {
    "no record": 1,
    "no specials": { value: 1 },
    "specials that are no array": { specials: { length: 4e9 }, value: 1 },
    "billions of specials": { specials: holes(4_000_000_000), value: 1 },
    "a special of no kind": record({}),
    "a special of a kind that there is not": record({ kind: "toString", data: [] }),
    "an error without a name": record({ ...errorRecord, name: 1 }),
    "an error with billions of parts": record({ ...errorRecord, held: holes(4_000_000_000) }),
    "an error of a class that is none": record({ ...errorRecord, own: {} }),
    "a Chunk with billions of items": record({ kind: "Chunk", data: holes(4_000_000_000) }),
    "a HashMap of numbers": record({ kind: "HashMap", data: [1, 2] }),
    "a Cause with billions of reasons": record({ kind: "Cause", data: holes(4_000_000_000) }),
    "a Cause of nonsense": record({ kind: "Cause", data: [{ _tag: "Odd" }] }),
    "a DateTime that is none": record({ kind: "DateTime", data: ["now"] }),
    "a time zone that there is not": record({ kind: "TimeZone", data: "Mars/Olympus" }),
    "a Duration that is none": record({ kind: "Duration", data: { _tag: "Millis", millis: "1" } }),
    "a URL that is none": record({ kind: "URL", text: "nowhere" }),
    "bytes that are none": record({ kind: "Buffer", bytes: [1] }),
    "a value that never ends": { specials: [errorRecord], value: deep }
  }

  function record(special: object): Wire {
    return { specials: [special], value: special }
  }

  it.each(Object.entries(forged))("is refused at once if it is %s", (_, wire) => {
    assert.throws(() => {
      const { specials, value } = wire as Wire
      return new WireReader(specials).read(value)
    })
  })

  it("may hold itself where nothing of ours can", () => {
    const option: { kind: string; data: Array<unknown> } = { kind: "Option", data: [] }
    option.data.push(option)
    assert.throws(() => read(record(option)), /hold itself/)
  })
})

describe("the names that a worker knows Effect's types by", () => {
  it("are those of Effect", () => {
    const values: Readonly<Record<string, object>> = {
      Option: Option.none(),
      Result: Result.succeed(1),
      Exit: Exit.void,
      Cause: Cause.empty,
      Reason: Cause.makeFailReason(1),
      Duration: Duration.zero,
      DateTime: DateTime.makeUnsafe(0),
      TimeZone: DateTime.zoneMakeOffset(0),
      BigDecimal: BigDecimal.fromStringUnsafe("0"),
      Chunk: Chunk.empty(),
      HashMap: HashMap.empty(),
      HashSet: HashSet.empty(),
      Redacted: Redacted.make(1)
    }
    assert.deepStrictEqual(new Set(Object.keys(values)), new Set(Object.keys(effectKinds)))
    for (const [kind, value] of Object.entries(values)) assert.strictEqual(kindOf(value), kind)
    assert.deepStrictEqual(frameKeys, [Cause.StackTrace.key, Cause.InterruptorStackTrace.key])
    const exit = Effect.runSyncExit(Effect.fail(1).pipe(Effect.withSpan("a")))
    assert.isTrue(Exit.isFailure(cross(exit)))
  })
})
