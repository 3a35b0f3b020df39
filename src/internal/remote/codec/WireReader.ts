import { type BuiltinKind, builtins } from "./builtins.ts"
import { effectTypes } from "./effectTypesOf.ts"
import { kindOf } from "./kindOf.ts"
import { fillError, readErrorShell } from "./WireError.ts"
import { field, list, malformed, recordOf, stringOf } from "./wireShape.ts"

/**
 * Reads the output of one `WireWriter`, after it has crossed.
 *
 * Throws for anything else, in time proportional to its real size.
 */
export class WireReader {
  private readonly records = new Set<object>()
  private readonly made = new Map<object, unknown>()
  private readonly making = new Set<object>()
  private readonly seen = new Set<object>()
  /** Values that contain a part which could not be made yet, because it contains the value. */
  private readonly unfinished = new Set<object>()
  /** Arrays with holes or named properties. */
  private readonly named = new Set<object>()
  // A plain value has no specials, and nothing to be replaced.
  private readonly isPlain: boolean

  /** `origin` says in the stacks of errors where they come from. */
  constructor(specials: unknown, origin?: string) {
    const all = list(recordOf)(specials)
    this.isPlain = all.length === 0
    for (const special of all) {
      this.records.add(special)
      switch (special["kind"]) {
        case "Error":
          this.made.set(special, readErrorShell(special, origin))
          break
        case "bare":
          for (const each of objectsOf(special)) Object.setPrototypeOf(each, null)
          break
        case "named":
          for (const each of objectsOf(special)) this.named.add(each)
      }
    }
    for (const special of all) if (special["kind"] === "Error") this.fill(special)
    this.finish()
  }

  read(value: unknown): unknown {
    const read = this.part(value)
    this.finish()
    return read
  }

  readonly part = (value: unknown): unknown => {
    if (this.isPlain || typeof value !== "object" || value === null) return value
    if (this.records.has(value)) return this.make(value)
    if (!this.seen.has(value)) {
      this.seen.add(value)
      this.readParts(value)
    }
    return value
  }

  private make(record: object): unknown {
    if (this.made.has(record)) return this.made.get(record)
    if (this.making.has(record)) return malformed("something that can hold itself")
    this.making.add(record)
    const value = this.makeNew(record)
    this.made.set(record, value)
    return value
  }

  private makeNew(record: object): unknown {
    const kind = stringOf(field(record, "kind"))
    // `hasOwn` has checked the name.
    if (Object.hasOwn(builtins, kind)) return builtins[kind as BuiltinKind].read(record)
    return effectTypes().make(kind, field(record, "data"), this.part)
  }

  private fill(wire: unknown): void {
    // A record, and its error, which the constructor has made.
    const error = this.made.get(wire as object) as Error
    fillError(error, wire, this.part(field(wire, "parts")), this.part(field(wire, "fields")))
  }

  /** Reads parts in place, because the value is a copy that no other code has seen. */
  private readParts(value: object): void {
    if (Array.isArray(value)) return this.readArray(value)
    if (ArrayBuffer.isView(value)) return
    // Where a program runs in a realm of its own, as in Jest, copies have the classes of another one.
    switch (kindOf(value)) {
      case "map":
        return this.readMap(value as Map<unknown, unknown>)
      case "set":
        return this.readSet(value as Set<unknown>)
      default:
        this.readFields(value)
    }
  }

  private readArray(array: Array<unknown>): void {
    if (this.named.has(array)) return this.readFields(array)
    for (let i = 0; i < array.length; i++) {
      const item = array[i]
      if (typeof item === "object" && item !== null) array[i] = this.partOf(array, item)
      // Holes, of which there may be billions.
      else if (item === undefined && !(i in array)) return this.readFields(array)
    }
  }

  private readFields(value: object): void {
    for (const key of Object.keys(value)) this.readField(value, key)
  }

  private readMap(map: Map<unknown, unknown>): void {
    const entries = Array.from(map, ([key, item]) => [this.partOf(map, key), this.partOf(map, item)] as const)
    map.clear()
    for (const [key, item] of entries) map.set(key, item)
  }

  private readSet(set: Set<unknown>): void {
    const items = Array.from(set, (item) => this.partOf(set, item))
    set.clear()
    for (const item of items) set.add(item)
  }

  private readField(value: object, key: string): void {
    const item: unknown = Reflect.get(value, key)
    const replaced = this.partOf(value, item)
    if (replaced !== item) Reflect.set(value, key, replaced)
  }

  private partOf(container: object, value: unknown): unknown {
    const isHolder = typeof value === "object" && value !== null && this.making.has(value) && !this.made.has(value)
    if (!isHolder) return this.part(value)
    this.unfinished.add(container)
    return value
  }

  /** Finishes the values when all parts are read. */
  finish(): void {
    for (const container of this.unfinished) this.readParts(container)
    this.unfinished.clear()
  }
}

/** The objects of a note. */
const objectsOf = (note: unknown): ReadonlyArray<object> => list(recordOf)(field(note, "objects"))
