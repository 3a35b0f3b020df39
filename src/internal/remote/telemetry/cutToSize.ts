import { tagOf } from "../codec/Refusal.ts"

// The limit of a text, which is above what anybody reads of a log message.
const mostText = 64 * 1024
const mostParts = 20_000
const mostDepth = 200
/** A size that is always kept, so that a message stays recognizable. */
const alwaysKept = 64

/**
 * Cuts the telemetry of a worker to size, in place: long texts are shortened, and values with too many parts are replaced by a text.
 * Programs that show, keep and forward telemetry are not made for large values. The time it takes depends on the size that is left.
 */
export const cutToSize = (message: unknown): unknown => new Cutter().cut(message, 0)

class Cutter {
  private text = mostText
  private parts = mostParts
  private readonly done = new Map<object, unknown>()

  cut(value: unknown, depth: number): unknown {
    if (typeof value === "string") return this.cutText(value)
    if (typeof value !== "object" || value === null) return value
    if (this.done.has(value)) return this.done.get(value)
    const size = sizeOf(value)
    if (depth > mostDepth || size > this.parts) return this.keep(value, `[${tagOf(value)}: too large to be told]`)
    this.parts -= size
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.keep(value, this.cutBytes(value))
    this.keep(value, value)
    if (value instanceof Map) this.cutMap(value, depth + 1)
    else if (value instanceof Set) this.cutSet(value, depth + 1)
    else this.cutFields(value, depth + 1)
    return value
  }

  private keep(value: object, cut: unknown): unknown {
    this.done.set(value, cut)
    return cut
  }

  private cutText(text: string): string {
    if (text.length <= alwaysKept) return text
    const kept = Math.max(alwaysKept, this.text)
    this.text -= text.length
    return text.length <= kept ? text : `${text.slice(0, kept)}... (${text.length - kept} more characters)`
  }

  private cutBytes(bytes: ArrayBufferView | ArrayBuffer): unknown {
    const left = Math.max(0, this.text)
    this.text -= bytes.byteLength
    if (bytes.byteLength <= left) return bytes
    // The record of a Buffer has bytes, too.
    if (bytes instanceof Uint8Array || bytes instanceof ArrayBuffer) return bytes.slice(0, left)
    return `[${tagOf(bytes)}: too large to be told]`
  }

  private cutMap(map: Map<unknown, unknown>, depth: number): void {
    const entries = Array.from(map, ([key, item]) => [this.cut(key, depth), this.cut(item, depth)] as const)
    map.clear()
    for (const [key, item] of entries) map.set(key, item)
  }

  private cutSet(set: Set<unknown>, depth: number): void {
    const items = Array.from(set, (item) => this.cut(item, depth))
    set.clear()
    for (const item of items) set.add(item)
  }

  private cutFields(value: object, depth: number): void {
    for (const key of Object.keys(value)) {
      const isLong = key.length > alwaysKept
      if (isLong) this.text -= key.length
      if (--this.parts < 0 || (isLong && this.text < 0)) Reflect.deleteProperty(value, key)
      else {
        const field: unknown = Reflect.get(value, key)
        const cut = this.cut(field, depth)
        // `defineProperty`, because some names have a meaning in an assignment.
        if (cut !== field) Object.defineProperty(value, key, { value: cut })
      }
    }
  }
}

/** Holes count, because a printed array shows them. */
const sizeOf = (value: object): number => {
  if (Array.isArray(value)) return value.length + 1
  return value instanceof Map || value instanceof Set ? value.size + 1 : 1
}
