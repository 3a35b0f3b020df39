import { type BuiltinKind, builtins } from "./builtins.ts"
import { show } from "../../show.ts"
import { transferablesIn } from "../../task/transferables.ts"
import { effectDataOf } from "./effectData.ts"
import { addedPropertyOf, hasOwnMemory, isOutOfBounds, isTrueLeaf, maxDepth } from "./isPlainData.ts"
import { baseKindOf, type EffectKind, isNamespace, isProxy, type Kind, kindOf } from "./kindOf.ts"
import * as Reasons from "./Refusal.ts"
import { pathText, type Step } from "./wirePath.ts"
import { Refusal } from "./Refusal.ts"
import type { Special, WireEffect, WireNote } from "./Special.ts"
import { define, writeErrorShell } from "./WireError.ts"
import { type PlainReason, type WireReason, writeNotes } from "./WireReason.ts"

export interface WriteOptions {
  /** Whether the other side is a thread. Then memory can be shared with it, and marked objects can be moved. */
  readonly sharesMemory: boolean
  /** Whether instances of classes cross as plain data, or are refused. */
  readonly instances: "refuse" | "plain"
}

// Deeper parts of an error would not be read by anybody.
const maxLenientDepth = 64

/**
 * Writes values that cross together.
 *
 * With options it is strict: it throws a `Refusal` at the first value that would not arrive as what it was. Without, it is lenient and
 * never throws: it replaces values that cannot cross by a text, and writes the fields of instances. That is for values that are only shown,
 * such as log messages, and for causes of errors, because an error without one of its fields is better than no error.
 *
 * Plain objects stay plain objects. Other values are replaced by records, see `Special`.
 */
export class WireWriter {
  readonly specials: Array<Special> = []
  private readonly written = new Map<object, unknown>()
  /** Values that were written leniently. A strict write must not use them. */
  private readonly told = new Map<object, unknown>()
  private readonly options: WriteOptions | undefined
  private isStrict: boolean
  private limit: number
  private readonly path: Array<Step> = []
  private readonly notes = new Map<WireNote["kind"], Array<object>>()
  /** How many errors are being written, one inside the other. */
  private errors = 0
  private movable: ReadonlySet<unknown> = new Set()

  constructor(options?: WriteOptions) {
    this.options = options
    this.isStrict = options !== undefined
    this.limit = this.isStrict ? maxDepth : maxLenientDepth
  }

  /** The value in a form that structured clone copies. */
  write(value: unknown): unknown {
    this.path.length = 0
    if (this.options?.sharesMemory === true) this.movable = new Set(transferablesIn(value))
    return this.value(value, 0)
  }

  /** A reason of the cause that a task failed with. A defect is written leniently, because no type mentions it. */
  writeReason(reason: PlainReason): WireReason {
    return this.reason(reason, (error) => this.write(error), 0)
  }

  private reason(reason: PlainReason, write: (error: unknown) => unknown, depth: number): WireReason {
    const notes = writeNotes(reason)
    switch (reason._tag) {
      case "Fail":
        return { _tag: "Fail", error: write(reason.error), ...notes }
      case "Die":
        return { _tag: "Die", defect: this.leniently(() => this.value(reason.defect, depth), depth), ...notes }
      case "Interrupt":
        return { _tag: "Interrupt", fiberId: reason.fiberId, ...notes }
    }
  }

  private leniently<A>(write: () => A, depth: number): A {
    const { isStrict, limit } = this
    this.isStrict = false
    this.limit = isStrict ? Math.min(maxDepth, depth + maxLenientDepth) : limit
    try {
      return write()
    } finally {
      this.isStrict = isStrict
      this.limit = limit
    }
  }

  private value(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "function":
        return this.refuse(value, () => Reasons.aFunction(value))
      case "symbol":
        return this.refuse(value, () => Reasons.aSymbol(value))
      case "object":
        return value === null ? null : this.object(value, depth)
      default:
        return value
    }
  }

  private object(value: object, depth: number): unknown {
    const known = this.written.get(value) ?? (this.isStrict ? undefined : this.told.get(value))
    if (known !== undefined) return known
    if (depth > this.limit) return this.refuse(value, () => Reasons.tooDeep(maxDepth))
    const { length } = this.path
    try {
      return this.kind(value, depth + 1)
    } catch (thrown) {
      // A getter or a Proxy has thrown. The path leads to it.
      if (this.isStrict) throw thrown instanceof Refusal ? thrown : this.refusal(() => Reasons.unreadable(thrown))
      this.path.length = length
      this.told.delete(value)
      return textOf(value)
    }
  }

  private kind(value: object, depth: number): unknown {
    if (this.isStrict && isProxy(value)) return this.refuse(value, () => Reasons.aProxy)
    return this.ofKind(kindOf(value), value, depth)
  }

  private ofKind(kind: Kind, value: object, depth: number): unknown {
    switch (kind) {
      case "array":
        return this.array(value as ReadonlyArray<unknown>, depth)
      case "object":
        if (isArguments(value) || isNamespace(value)) return this.refuseObject(value, true)
        // Properties with symbols as names are left out, as by structured clone.
        return this.fields(value, this.keep(value, {}), depth, Object.keys(value))
      case "bare":
        return this.fields(value, this.note("bare", this.keep(value, {})), depth, Object.keys(value))
      case "map":
        return this.map(this.unextended(value as ReadonlyMap<unknown, unknown>), depth)
      case "set":
        return this.set(this.unextended(value as ReadonlySet<unknown>), depth)
      case "leaf":
        return isTrueLeaf(value) ? this.keep(value, this.unextended(value)) : this.refuseObject(value)
      case "RegExp":
        return isTrueLeaf(value) ? this.regExp(this.unextended(value as RegExp)) : this.refuseObject(value)
      case "view":
        return isOutOfBounds(value as ArrayBufferView)
          ? this.refuse(value, () => Reasons.outOfBounds)
          : this.memory(value, (value as ArrayBufferView).buffer)
      case "buffer":
        return this.memory(value, this.unextended(value as ArrayBuffer))
      case "shared":
        return this.options?.sharesMemory === true ? this.keep(value, value) : this.refuseObject(value, true)
      case "Buffer":
        return this.buffer(value as Uint8Array)
      case "URL":
      case "URLSearchParams":
      case "Headers":
        return this.builtin(kind, this.unextended(value))
      case "error":
        return this.error(value as Error, depth)
      case "instance":
        return this.instance(value, depth)
      case "host":
        return this.host(value, depth)
      default:
        return this.effect(kind, value, depth)
    }
  }

  // ------------------------------------------------------------- containers

  private array(array: ReadonlyArray<unknown>, depth: number): unknown {
    if (!Array.isArray(array)) return this.refuseObject(array)
    const { length } = array
    const copy: Array<unknown> = this.keep(array, [])
    // The keys of a sparse array are its items. Small arrays may have other properties.
    let isDense = length > 1000 || Object.keys(array).length === length
    for (let i = 0; isDense && i < length; i++) {
      const item = array[i]
      if (item === undefined && !(i in array)) isDense = false
      else copy.push(this.part(i, item, depth))
    }
    if (isDense) return copy
    const done = copy.length
    copy.length = length
    this.note("named", copy)
    for (const key of Object.keys(array)) {
      const index = Number(key)
      if (!(index < done))
        define(copy, key, this.part(Number.isNaN(index) ? key : index, Reflect.get(array, key), depth))
    }
    return copy
  }

  private map(map: ReadonlyMap<unknown, unknown>, depth: number): unknown {
    const copy = this.keep(map, new Map<unknown, unknown>())
    for (const [key, value] of this.entries(Map.prototype.entries.call(map), depth)) copy.set(key, value)
    return copy
  }

  private set(set: ReadonlySet<unknown>, depth: number): unknown {
    const copy = this.keep(set, new Set<unknown>())
    for (const item of this.items(Set.prototype.values.call(set), depth, ".values()")) copy.add(item)
    return copy
  }

  private *items(items: Iterable<unknown>, depth: number, of = ""): Generator<unknown> {
    let index = 0
    for (const item of items) {
      const at = index++
      yield this.part(() => `${of}[${at}]`, item, depth)
    }
  }

  private *entries(entries: Iterable<readonly [unknown, unknown]>, depth: number): Generator<[unknown, unknown]> {
    let index = 0
    for (const [key, value] of entries) {
      const at = index++
      const written = this.part(() => `.keys()[${at}]`, key, depth)
      const step = () => (typeof key === "object" ? `.values()[${at}]` : `.get(${show(key)})`)
      yield [written, this.part(step, value, depth)]
    }
  }

  private fields<A extends object>(from: object, to: A, depth: number, keys: ReadonlyArray<string>): A {
    for (const key of keys) {
      const { length } = this.path
      this.path.push(key)
      const field = this.isStrict ? Reflect.get(from, key) : read(from, key)
      // A text in place of a method would be called like the method, and has nothing to show.
      if (this.isStrict || typeof field !== "function") define(to, key, this.value(field, depth))
      this.path.length = length
    }
    return to
  }

  private part(step: Step, value: unknown, depth: number): unknown {
    const { length } = this.path
    this.path.push(step)
    const written = this.value(value, depth)
    this.path.length = length
    return written
  }

  private within<A>(steps: ReadonlyArray<Step>, write: () => A): A {
    const { length } = this.path
    this.path.push(...steps)
    const written = write()
    this.path.length = length
    return written
  }

  // ------------------------------------------------------------- other kinds

  private builtin(kind: BuiltinKind, value: object): unknown {
    // The kind is the value's.
    return this.special(value, { kind, ...builtins[kind].write(value as never) })
  }

  private regExp(value: RegExp): unknown {
    return value.lastIndex === 0 ? this.keep(value, value) : this.builtin("RegExp", value)
  }

  /** Refuses a value with added properties, which structured clone would leave behind. In a lenient write, and with `instances: "plain"`, they get lost. */
  private unextended<A extends object>(value: A): A {
    const key = this.isStrict && this.options?.instances !== "plain" ? addedPropertyOf(value) : undefined
    if (key === undefined) return value
    this.path.push(key)
    throw this.refusal(() => Reasons.anAddedProperty(value))
  }

  private memory(value: object, buffer: ArrayBufferLike): unknown {
    if (hasOwnMemory(buffer, this.options?.sharesMemory === true)) return this.keep(value, value)
    return "growable" in buffer ? this.refuseObject(buffer, true) : this.refuse(value, () => Reasons.detached)
  }

  private buffer(buffer: Uint8Array): unknown {
    return hasOwnMemory(buffer.buffer, this.options?.sharesMemory === true)
      ? this.builtin("Buffer", buffer)
      : this.memory(buffer, buffer.buffer)
  }

  private error(error: Error, depth: number): unknown {
    const wire = writeErrorShell(error)
    const write = () => {
      this.specials.push(wire)
      // The record is kept in any case, so that an error which others refer to stays one error.
      this.written.set(error, wire)
      const inner = depth + 1
      for (const key of wire.held) define(wire.parts, key, this.part(key, read(error, key), inner))
      this.fields(error, wire.fields, inner, fieldKeys(error, wire.held))
      return wire
    }
    // No type mentions the causes of errors, and the messages of this library's errors are complete.
    const isTold = this.errors > 0 || wire.own !== undefined
    this.errors++
    try {
      return isTold ? this.leniently(write, depth) : write()
    } finally {
      this.errors--
    }
  }

  private instance(value: object, depth: number): unknown {
    // The prototype of a built-in object may have no global name, as that of a file handle.
    if (this.movable.has(value)) return this.keep(value, value)
    if (this.isStrict && this.options?.instances !== "plain") return this.refuseObject(value)
    return this.fields(value, this.keep(value, {}), depth, fieldKeys(value, []))
  }

  private host(value: object, depth: number): unknown {
    if (this.movable.has(value)) return this.keep(value, value)
    const base = baseKindOf(value)
    const isPlain = base !== undefined && (!this.isStrict || this.options?.instances === "plain")
    return isPlain ? this.ofKind(base, value, depth) : this.refuseObject(value, base === undefined)
  }

  private effect(kind: EffectKind, value: object, depth: number): unknown {
    const wire = this.special<WireEffect>(value, { kind, data: undefined })
    // The record adds two levels.
    const inner = depth + 2
    wire.data = effectDataOf(kind, value, {
      part: (step, part) => this.part(step, part, inner),
      items: (items, of) => Array.from(this.items(items, inner, of)),
      entries: (entries) => Array.from(this.entries(entries, inner)),
      reason: (reason) => this.reason(reason, (error) => this.part("error", error, inner), inner),
      within: (steps, write) => this.within(steps, write)
    })
    return wire
  }

  // ---------------------------------------------------------------- the rest

  /** Adds the object to the note of its kind, which goes along with the value. */
  private note<A extends object>(kind: WireNote["kind"], written: A): A {
    let objects = this.notes.get(kind)
    if (objects === undefined) {
      this.notes.set(kind, (objects = []))
      this.specials.push({ kind, objects })
    }
    objects.push(written)
    return written
  }

  private special<S extends Special>(value: object, special: S): S {
    this.specials.push(special)
    return this.keep(value, special)
  }

  private keep<A>(value: object, written: A): A {
    if (this.isStrict) this.written.set(value, written)
    else this.told.set(value, written)
    return written
  }

  private refuseObject(value: object, isBuiltin = false): unknown {
    return this.refuse(value, () => Reasons.anObject(value, isBuiltin))
  }

  private refuse(value: unknown, why: () => Reasons.Reason): unknown {
    if (!this.isStrict) return textOf(value)
    throw this.refusal(why)
  }

  private refusal(why: () => Reasons.Reason): Refusal {
    return new Refusal(pathText(this.path), reasonOf(why))
  }
}

const isArguments = (value: object): boolean => Object.prototype.toString.call(value) === "[object Arguments]"

const reasonOf = (why: () => Reasons.Reason): Reasons.Reason => {
  try {
    return why()
  } catch (thrown) {
    return Reasons.unreadable(thrown)
  }
}

const fieldKeys = (value: object, except: ReadonlyArray<string>): ReadonlyArray<string> => {
  const keys = Object.keys(value)
  // The tag identifies the value, even if the class has it and not the instance.
  if (!keys.includes("_tag") && typeof read(value, "_tag") === "string") keys.push("_tag")
  return value instanceof Error ? keys.filter((key) => !ofErrors.has(key) && !except.includes(key)) : keys
}

const ofErrors: ReadonlySet<string> = new Set(["name", "message", "stack"])

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
