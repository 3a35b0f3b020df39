import { define } from "../remote/codec/WireError.ts"
import { kindOf } from "../remote/codec/kindOf.ts"
import { tagOf } from "../remote/codec/Refusal.ts"
import { denseArray, malformed, numberOf, stringOf } from "../remote/codec/wireShape.ts"

// JSON for values that structured clone copies, for a database. It takes the output of `FunctionCodecs` and `encodeReply` (with
// `sharesMemory: false`), and its result is read like a value that has crossed.
//
// Values of JSON stay as they are. Others become an object with the key "$", which says what they are. An object that has such a key itself
// is wrapped in the same way.

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

const tag = "$"

/** Writes plain data, in the sense of `isPlainData`, and the output of a `WireWriter`. */
export const toJson = (value: unknown): Json => new JsonWriter(value).write(value)

/** Reads the output of `toJson`. Throws for anything else. */
export const fromJson = (json: Json): unknown => new JsonReader().read(json)

class JsonWriter {
  /** How many references there are to each object. */
  private readonly uses = new Map<object, number>()
  private readonly ids = new Map<object, number>()

  constructor(value: unknown) {
    this.count(value)
  }

  private count(value: unknown): void {
    if (typeof value !== "object" || value === null) return
    const uses = this.uses.get(value) ?? 0
    this.uses.set(value, uses + 1)
    if (uses > 0) return
    // The class of a value may be that of another realm, as in Jest.
    switch (kindOf(value)) {
      case "array":
        return this.countItems(value as ReadonlyArray<unknown>)
      case "map":
        for (const [key, item] of Map.prototype.entries.call(value)) {
          this.count(key)
          this.count(item)
        }
        return
      case "set":
        for (const item of Set.prototype.values.call(value)) this.count(item)
        return
      case "view":
        return this.count((value as ArrayBufferView).buffer)
      default:
        for (const item of Object.values(value)) this.count(item)
    }
  }

  private countItems(array: ReadonlyArray<unknown>): void {
    for (let i = 0; i < array.length; i++) {
      if (array[i] === undefined && !(i in array)) {
        // Holes, of which there may be billions.
        for (const key of Object.keys(array)) if (!(Number(key) < i)) this.count(Reflect.get(array, key))
        return
      }
      this.count(array[i])
    }
  }

  write(value: unknown): Json {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { [tag]: "number", v: Object.is(value, -0) ? "-0" : String(value) }
      case "undefined":
        return { [tag]: "undefined" }
      case "bigint":
        return { [tag]: "bigint", v: String(value) }
      case "object":
        return value === null ? null : this.object(value)
      default:
        throw new TypeError(`a ${typeof value} has no JSON`)
    }
  }

  private object(value: object): Json {
    if (this.uses.get(value) === 1) return this.kind(value)
    const known = this.ids.get(value)
    if (known !== undefined) return { [tag]: "ref", id: known }
    const id = this.ids.size
    this.ids.set(value, id)
    return { [tag]: "def", id, v: this.kind(value) }
  }

  private kind(value: object): Json {
    switch (kindOf(value)) {
      case "array":
        return this.array(value as ReadonlyArray<unknown>)
      case "map": {
        const entries = Array.from(Map.prototype.entries.call(value))
        return { [tag]: "Map", v: entries.map(([key, item]) => [this.write(key), this.write(item)]) }
      }
      case "set":
        return { [tag]: "Set", v: Array.from(Set.prototype.values.call(value), (item) => this.write(item)) }
      case "leaf":
        return tagOf(value) === "Date"
          ? { [tag]: "Date", v: this.write(Date.prototype.getTime.call(value)) }
          : { [tag]: "boxed", v: this.write(value.valueOf()) }
      case "RegExp":
        return { [tag]: "RegExp", v: [(value as RegExp).source, (value as RegExp).flags] }
      case "view":
        return this.view(value as ArrayBufferView)
      case "buffer":
        return { [tag]: "ArrayBuffer", v: toBase64(new Uint8Array(value as ArrayBuffer)) }
      case "object": {
        if (tagOf(value) === "Arguments") throw new TypeError("an arguments object has no JSON")
        const fields = this.fields(value)
        return Object.hasOwn(value, tag) ? { [tag]: "object", v: fields } : fields
      }
      default:
        throw new TypeError(`a value of the kind ${tagOf(value)} has no JSON`)
    }
  }

  private array(array: ReadonlyArray<unknown>): Json {
    const keys = Object.keys(array)
    // Keys that are indices come first. So an array has neither holes nor named properties if it has `length` keys and the last index is last.
    const isDense = keys.length === array.length && (keys.at(-1) ?? "-1") === String(array.length - 1)
    if (isDense) return array.map((item) => this.write(item))
    return { [tag]: "Array", n: array.length, v: keys.map((key) => [key, this.write(Reflect.get(array, key))]) }
  }

  private view(view: ArrayBufferView): Json {
    const { buffer, byteLength, byteOffset } = view
    const type = tagOf(view)
    // A part of a larger buffer is written alone if nothing else refers to that buffer.
    return this.uses.get(buffer) === 1
      ? { [tag]: type, v: toBase64(new Uint8Array(buffer, byteOffset, byteLength)) }
      : { [tag]: type, v: [this.object(buffer), byteOffset, byteLength] }
  }

  private fields(value: object): { readonly [key: string]: Json } {
    const fields: { [key: string]: Json } = {}
    for (const key of Object.keys(value)) define(fields, key, this.write(Reflect.get(value, key)))
    return fields
  }
}

class JsonReader {
  private readonly made = new Map<number, unknown>()

  read(json: Json, keep: (made: object) => void = ignore): unknown {
    if (typeof json !== "object" || json === null) return json
    if (isArray(json)) return this.array(json, keep)
    const { [tag]: kind } = json
    return typeof kind === "string" ? this.tagged(kind, json, keep) : this.fields(json, keep)
  }

  /** `keep` is called with an object before its parts are read, because they may refer to it. */
  private tagged(kind: string, json: { readonly [key: string]: Json }, keep: (made: object) => void): unknown {
    const { id, n, v = null } = json
    switch (kind) {
      case "undefined":
        return undefined
      case "number":
        return Number(stringOf(v))
      case "bigint":
        return BigInt(stringOf(v))
      case "def": {
        const key = numberOf(id)
        const made = this.read(v, (early) => this.made.set(key, early))
        this.made.set(key, made)
        return made
      }
      case "ref":
        return this.made.has(numberOf(id)) ? this.made.get(numberOf(id)) : malformed("JSON of ours")
      case "object":
        return isArray(v) || typeof v !== "object" || v === null ? malformed("JSON of ours") : this.fields(v, keep)
      case "Array":
        return this.sparse(numberOf(n), v, keep)
      case "Map": {
        const map = new Map<unknown, unknown>()
        keep(map)
        for (const entry of listOf(v)) map.set(this.read(listOf(entry)[0]!), this.read(listOf(entry)[1]!))
        return map
      }
      case "Set": {
        const set = new Set<unknown>()
        keep(set)
        for (const item of listOf(v)) set.add(this.read(item))
        return set
      }
      case "Date":
        return new Date(numberOf(this.read(v)))
      case "RegExp":
        return new RegExp(stringOf(listOf(v)[0]), stringOf(listOf(v)[1]))
      case "boxed":
        return Object(this.read(v))
      case "ArrayBuffer":
        return fromBase64(stringOf(v)).buffer
      default:
        return this.view(kind, v)
    }
  }

  private array(json: ReadonlyArray<Json>, keep: (made: object) => void): unknown {
    const array: Array<unknown> = []
    keep(array)
    for (const item of json) array.push(this.read(item))
    return array
  }

  private sparse(length: number, entries: Json, keep: (made: object) => void): unknown {
    const array: Array<unknown> = []
    keep(array)
    array.length = length
    for (const entry of listOf(entries)) define(array, stringOf(listOf(entry)[0]), this.read(listOf(entry)[1]!))
    return array
  }

  private fields(json: { readonly [key: string]: Json }, keep: (made: object) => void): unknown {
    const object: object = {}
    keep(object)
    for (const key of Object.keys(json)) define(object, key, this.read(json[key]!))
    return object
  }

  private view(type: string, json: Json): unknown {
    const make = views.get(type) ?? malformed("JSON of ours")
    if (typeof json === "string") {
      const { buffer, byteLength } = fromBase64(json)
      return make(buffer, 0, byteLength)
    }
    const [written, offset, length] = listOf(json)
    const buffer = this.read(written ?? null)
    return buffer instanceof ArrayBuffer ? make(buffer, numberOf(offset), numberOf(length)) : malformed("JSON of ours")
  }
}

const ignore = (): void => {}

const isArray = (json: Json): json is ReadonlyArray<Json> => Array.isArray(json)

const listOf = (json: Json): ReadonlyArray<Json> => denseArray(json) as ReadonlyArray<Json>

type MakeView = (buffer: ArrayBuffer, offset: number, byteLength: number) => ArrayBufferView

const views = new Map<string, MakeView>([
  ["DataView", (buffer, offset, byteLength) => new DataView(buffer, offset, byteLength)],
  ...[
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
    Float32Array,
    Float64Array,
    // Not every runtime has `Float16Array`.
    ...(typeof Float16Array === "undefined" ? [] : [Float16Array])
  ].map((View): [string, MakeView] => [
    View.name,
    (buffer, offset, byteLength) => new View(buffer, offset, byteLength / View.BYTES_PER_ELEMENT)
  ])
])

const inOneGo = 0x2000

const toBase64 = (bytes: Uint8Array): string => {
  let text = ""
  for (let i = 0; i < bytes.length; i += inOneGo) text += String.fromCharCode(...bytes.subarray(i, i + inOneGo))
  return btoa(text)
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
