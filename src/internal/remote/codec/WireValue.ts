import * as Duration from "effect/Duration"
import { show } from "../../show.ts"
import { isCloneable } from "./cloneable.ts"
import { fillError, readErrorShell, type WireError, writeErrorShell } from "./WireError.ts"

// How errors, and what they or log messages hold, are written down so that structured clone takes it. Errors keep what
// structured clone loses (fields, tags, nested errors); what cannot cross at all is replaced by a text, as an error
// that arrives without one of its fields is better than none.
//
// Plain objects stay plain objects. Where an error was there is its record, and all records are in `specials` too:
// structured clone keeps identity, so that nothing else can be taken for one.

interface WireDuration {
  readonly kind: "Duration"
  readonly value: Duration.DurationValue
}

export type Special = WireError | WireDuration

// Deeper than anybody will read, and far from where recursion, ours or that of structured clone, overflows the stack.
const maxDepth = 64

/** Writes down values that cross together. */
export class WireWriter {
  readonly specials: Array<Special> = []
  private readonly written = new Map<object, unknown>()

  /** The value so that structured clone takes it. Never throws. */
  write(value: unknown, depth = 0): unknown {
    if (typeof value === "function" || typeof value === "symbol") return textOf(value)
    if (typeof value !== "object" || value === null) return value
    if (this.written.has(value)) return this.written.get(value)
    if (depth > maxDepth) return textOf(value)
    try {
      return this.writeObject(value, depth + 1)
    } catch {
      // A proxy whose traps throw, and the like.
      this.written.delete(value)
      return textOf(value)
    }
  }

  private writeObject(value: object, depth: number): unknown {
    if (isError(value)) return this.writeError(value, depth)
    if (Duration.isDuration(value)) return this.special(value, { kind: "Duration", value: value.value })
    if (Array.isArray(value)) {
      const copy: Array<unknown> = this.keep(value, [])
      for (const item of value) copy.push(this.write(item, depth))
      return copy
    }
    if (value instanceof Map) {
      const copy = this.keep(value, new Map<unknown, unknown>())
      for (const [key, item] of value) copy.set(this.write(key, depth), this.write(item, depth))
      return copy
    }
    if (value instanceof Set) {
      const copy = this.keep(value, new Set<unknown>())
      for (const item of value) copy.add(this.write(item, depth))
      return copy
    }
    if (Object.prototype.toString.call(value) !== "[object Object]") {
      if (isCloneable(value)) return this.keep(value, value)
      if (Object.keys(value).length === 0) return this.keep(value, textOf(value))
    }
    const copy = this.keep(value, {})
    this.writeFields(value, copy, depth, [])
    return copy
  }

  private writeError(error: Error, depth: number): unknown {
    const wire = this.special(error, writeErrorShell(error))
    if (wire.hasCause) wire.cause = this.write(read(error, "cause"), depth)
    if (wire.type === "AggregateError") wire.errors = this.write(read(error, "errors"), depth)
    this.writeFields(error, wire.fields, depth, ["name", "message", "stack", "cause", "errors"])
    return wire
  }

  private writeFields(from: object, to: object, depth: number, except: ReadonlyArray<string>): void {
    const keys = Object.keys(from)
    // A tag is what the value is known by, also where the class has it and not the instance.
    if (!keys.includes("_tag") && typeof read(from, "_tag") === "string") keys.push("_tag")
    for (const key of keys) {
      if (except.includes(key) && (key !== "errors" || from instanceof AggregateError)) continue
      const field = read(from, key)
      // A method that became a text would be called all the same, and there is nothing to read in it.
      if (typeof field === "function") continue
      const value = this.write(field, depth)
      Object.defineProperty(to, key, { value, configurable: true, enumerable: true, writable: true })
    }
  }

  private special<S extends Special>(value: object, special: S): S {
    this.specials.push(special)
    return this.keep(value, special)
  }

  private keep<A>(value: object, written: A): A {
    this.written.set(value, written)
    return written
  }
}

const isError = (value: object): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === "[object Error]"

const read = (value: object, key: string): unknown => {
  try {
    return Reflect.get(value, key)
  } catch (error) {
    return `[cannot be read: ${textOf(error)}]`
  }
}

const textOf = (value: unknown): string => {
  try {
    return typeof value === "symbol" ? String(value) : show(value)
  } catch {
    return "[cannot be shown]"
  }
}

/** Reads what one `WireWriter` has written, after it has crossed. */
export class WireReader {
  private readonly made = new Map<unknown, unknown>()
  private readonly seen = new Set<object>()
  // Without any, there is nothing to be put in the place of anything.
  private readonly isPlain: boolean

  /** `origin` says in the stacks of errors where they come from. */
  constructor(specials: ReadonlyArray<Special>, origin: string) {
    this.isPlain = specials.length === 0
    for (const special of specials) {
      this.made.set(special, special.kind === "Error" ? readErrorShell(special, origin) : readDuration(special))
    }
    for (const special of specials) {
      if (special.kind === "Error") this.fill(special)
    }
  }

  private fill(wire: WireError): void {
    // An error as the map has it for this very record.
    const error = this.made.get(wire) as Error
    const fields = this.read(wire.fields) as Record<string, unknown>
    fillError(error, wire, { cause: this.read(wire.cause), errors: this.read(wire.errors), fields })
  }

  read(value: unknown): unknown {
    if (this.isPlain || typeof value !== "object" || value === null) return value
    if (this.made.has(value)) return this.made.get(value)
    if (this.seen.has(value)) return value
    this.seen.add(value)
    this.readParts(value)
    return value
  }

  /** In place: the value is a copy that nobody else has seen yet. */
  private readParts(value: object): void {
    if (ArrayBuffer.isView(value)) return
    if (value instanceof Map) {
      const entries = Array.from(value, ([key, item]) => [this.read(key), this.read(item)] as const)
      value.clear()
      for (const [key, item] of entries) value.set(key, item)
    } else if (value instanceof Set) {
      const items = Array.from(value, (item) => this.read(item))
      value.clear()
      for (const item of items) value.add(item)
    } else {
      for (const [key, item] of Object.entries(value)) {
        const replaced = this.read(item)
        if (replaced !== item) Reflect.set(value, key, replaced)
      }
    }
  }
}

const readDuration = ({ value }: WireDuration): Duration.Duration => {
  switch (value._tag) {
    case "Millis":
      return Duration.millis(value.millis)
    case "Nanos":
      return Duration.nanos(value.nanos)
    case "Infinity":
      return Duration.infinity
    case "NegativeInfinity":
      return Duration.negativeInfinity
  }
}
