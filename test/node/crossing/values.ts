import * as BigDecimal from "effect/BigDecimal"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Cron from "effect/Cron"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { runInNewContext } from "node:vm"

const bytes = (...numbers: ReadonlyArray<number>) => Uint8Array.from(numbers)

const tree = (depth: number): unknown => {
  let value: unknown = "leaf"
  for (let i = 0; i < depth; i++) value = { value }
  return value
}

const lonely: Record<string, unknown> = Object.assign(Object.create(null), { a: 1 })

/** Values that arrive as what they were. */
export const crossing: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  "a number": () => -1.5,
  "minus zero": () => -0,
  NaN: () => NaN,
  "a string with a lone surrogate": () => "a\ud800",
  "a bigint": () => 2n ** 70n,
  "a plain object": () => ({ a: 1, b: { c: [undefined, null, "x"] } }),
  "a plain object without a prototype": () => lonely,
  "objects without a prototype, one in the other": () =>
    Object.assign(Object.create(null), { inner: Object.assign(Object.create(null), { constructor: 1 }) }),
  "an array with named properties": () => Object.assign([1, 2], { some: Option.some(1), bytes: Buffer.from("a") }),
  "an array with named properties and holes": () => Object.assign([], { 2: 1, some: Option.some(1) }),
  "an array with as many elements and named properties as its length": () => Object.assign([], { 1: 1, named: true }),
  "an array with holes": () => {
    const array: Array<unknown> = [1]
    array[2] = 3
    array[9] = new Date(1)
    return array
  },
  "the array that a RegExp gives": () => /(?<word>b)/.exec("abc"),
  "a Map": () =>
    new Map<unknown, unknown>([
      ["a", 1],
      [{ key: true }, new Set([1])]
    ]),
  "a Set": () => new Set([1, "a", { b: 2 }]),
  "a Date": () => new Date(1234),
  "an invalid Date": () => new Date(NaN),
  "a RegExp": () => /a+b/giu,
  "a RegExp that has looked already": () => Object.assign(/a/g, { lastIndex: 3 }),
  "a resizable ArrayBuffer": () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 })),
  "an ArrayBuffer": () => bytes(1, 2, 3).buffer,
  "a typed array": () => new Float64Array([1.5, -0, NaN]),
  "a part of a typed array": () => bytes(1, 2, 3, 4).subarray(1, 3),
  "a DataView": () => new DataView(bytes(1, 2, 3).buffer, 1),
  "boxed primitives": () => [Object(1), Object("a"), Object(true), Object(1n)],
  "400 levels of objects": () => tree(390),
  "a Buffer": () => Buffer.from("héllo"),
  "a Buffer of its own memory": () => Buffer.alloc(20_000, 7),
  "a URL": () => new URL("https://user@example.com:8080/a?b=c#d"),
  URLSearchParams: () => new URLSearchParams("a=1&b=2&a=3"),
  Headers: () =>
    new Headers([
      ["x-one", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"]
    ]),
  "Option.some": () => Option.some({ a: Option.some(1) }),
  "Option.none": () => Option.none(),
  "Result.succeed": () => Result.succeed([1]),
  "Result.fail": () => Result.fail({ no: "way" }),
  "Exit.succeed": () => Exit.succeed(Option.some(1)),
  "Exit.fail": () => Exit.fail("no"),
  "Exit.die": () => Exit.die({ odd: true }),
  "a Cause": () =>
    Cause.fromReasons([Cause.makeFailReason("a"), Cause.makeDieReason("b"), Cause.makeInterruptReason(3)]),
  "a reason of a Cause": () => Cause.makeFailReason({ a: 1 }),
  "a Duration of milliseconds": () => Duration.millis(1.5),
  "a Duration of nanoseconds": () => Duration.nanos(12345678901234567890n),
  "infinite Durations": () => [Duration.infinity, Duration.negativeInfinity],
  "DateTime.Utc": () => DateTime.makeUnsafe("2024-02-29T12:00:00Z"),
  "DateTime.Zoned": () => DateTime.makeZonedUnsafe("2024-07-01T12:00:00Z", { timeZone: "Europe/Berlin" }),
  "DateTime.Zoned with an offset": () => DateTime.makeZonedUnsafe("2024-07-01T12:00:00Z", { timeZone: 90 * 60_000 }),
  "a time zone": () => DateTime.zoneMakeNamedUnsafe("Asia/Tokyo"),
  "a BigDecimal": () => BigDecimal.fromStringUnsafe("-123.4500"),
  "a Chunk": () => Chunk.make(1, Option.some(2), { a: Chunk.empty() }),
  "parts of Chunks": () => Chunk.appendAll(Chunk.drop(Chunk.make(1, 2, 3), 1), Chunk.make(4)),
  "a HashMap": () =>
    HashMap.make(["a", 1], [Option.some("key"), Duration.seconds(1)], [{ id: 7 }, HashSet.make(1, Chunk.make(2))]),
  "a HashSet": () => HashSet.make("a", Option.none(), { id: 1 }),
  "a Redacted": () => Redacted.make({ secret: Option.some("s3cret") }, { label: "token" }),
  "a Map with keys of Effect": () => new Map([[Option.some(1), Duration.millis(1)]]),
  "a getter, as the value that it gives": () => ({
    get twice() {
      return 2
    }
  })
}

const added = <A extends object>(to: A, value: unknown = 1): A => Object.assign(to, { added: value })

function argumentsOf(..._: ReadonlyArray<unknown>): unknown {
  // oxlint-disable-next-line prefer-rest-params
  return arguments
}

class Fake {
  readonly [Symbol.toStringTag] = "Error"
  readonly message = "not an Error"
}

class Avatar {
  readonly size = 3
}

class Point extends Map<string, number> {}

/** Values that only structured clone itself refuses. */
export const unclonable: Readonly<Record<string, () => unknown>> = {
  "a function that was added to an array": () => added([], () => 1),
  "an arguments object": () => argumentsOf(1, 2)
}

/** Values that are refused, and the words of the refusal. */
export const refused: Readonly<Record<string, readonly [value: () => unknown, why: RegExp]>> = {
  "a function": [() => function callback() {}, /it is the function callback/],
  "a symbol": [() => Symbol("s"), /it is the symbol Symbol\(s\)/],
  "an instance of a class": [() => new Avatar(), /an instance of the class Avatar.*Task\.fn.*instances: "plain"/],
  "an instance of a class that extends Map": [() => new Point(), /an instance of the class Point/],
  "an object with a custom prototype": [() => Object.create({ a: 1 }), /a custom prototype/],
  Math: [() => Math, /it is Math, a part of JavaScript. A worker has its own/],
  "the Math of another realm": [() => runInNewContext("Math"), /it is Math/],
  JSON: [() => JSON, /it is JSON/],
  "a Promise": [() => Promise.resolve(1), /it is a Promise. Await it first/],
  "a WeakMap": [() => new WeakMap(), /it is a WeakMap/],
  "a Proxy": [() => new Proxy({ a: 1 }, {}), /it is a Proxy/],
  "an object whose tag cannot be read": [
    () => ({
      get _tag() {
        throw new Error("no tag")
      }
    }),
    /it cannot be read: Error: no tag/
  ],
  "a revoked Proxy": [
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
    /it is a Proxy/
  ],
  "a property added to a Map": [() => added(new Map()), /added to a Map, and would get lost. Pass it by itself/],
  "a property added to a Set": [() => added(new Set()), /added to a Set/],
  "a property added to a Date": [() => added(new Date()), /added to a Date/],
  "a property added to a RegExp": [() => added(/a/), /added to a RegExp/],
  "a property added to an ArrayBuffer": [() => added(new ArrayBuffer(1)), /added to an ArrayBuffer/],
  "a property added to a boxed string": [() => added(Object("text")), /added to a String/],
  "a property added to a URL": [() => added(new URL("http://a")), /added to an? URL/],
  "an object that only inherits from Date": [() => Object.create(Date.prototype), /a custom prototype|class Date/],
  "an object that only inherits from Array": [() => Object.create(Array.prototype), /a custom prototype|class Array/],
  "an instance of a class that says it is an Error": [() => new Fake(), /an instance of the class Fake/],
  "a view that its buffer is too small for": [
    () => {
      const buffer = new ArrayBuffer(8, { maxByteLength: 8 })
      const view = new Uint8Array(buffer, 4, 4)
      buffer.resize(2)
      return view
    },
    /its buffer was made too small for it/
  ],
  "a generator": [
    () =>
      (function* () {
        yield 1
      })(),
    /it is a Generator/
  ],
  "an iterator": [() => new Map([[1, 2]]).entries(), /it is an iterator/],
  "a data type of Effect that is none of those": [() => Cron.parseUnsafe("* * * * *"), /it is a Cron of Effect/],
  "an Effect": [() => Effect.sync(() => 1), /it is an Effect. Run it first/],
  "a Blob": [() => new Blob(["a"]), /it is a Blob.*arrayBuffer/],
  "a File": [() => new File(["a"], "a.txt"), /it is a File/],
  "a stream": [() => new ReadableStream(), /it is a ReadableStream/],
  "a port": [() => new MessageChannel().port1, /it is a MessagePort/],
  "a Response": [() => new Response("a"), /it is a Response/],
  "a getter that throws": [
    () => ({
      get bad() {
        throw new RangeError("not now")
      }
    }),
    /it cannot be read: RangeError: not now/
  ],
  "2,000 levels of objects": [() => tree(2000), /nested more than 400 levels deep/],
  "a detached buffer": [
    () => {
      const buffer = new ArrayBuffer(8)
      buffer.transfer()
      return buffer
    },
    /its buffer was moved/
  ]
}
