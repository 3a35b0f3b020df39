/**
 * Writes protocol buffers, with the few kinds of fields that a trace needs.
 *
 * The length of a nested message is known only at its end, so four bytes are reserved for it. A varint that is longer than necessary is
 * allowed (https://protobuf.dev/programming-guides/encoding), and Perfetto's own writers do the same.
 */
export class ProtoWriter {
  private bytes: Uint8Array<ArrayBuffer>
  private view: DataView<ArrayBuffer>
  private length = 0

  constructor(size = 64 * 1024) {
    this.bytes = new Uint8Array(size)
    this.view = new DataView(this.bytes.buffer)
  }

  /** The bytes since the last call. They are valid until more are written. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, this.length)
    this.length = 0
    return taken
  }

  /** How many bytes were written since the last `take`. */
  get size(): number {
    return this.length
  }

  /** Removes the bytes from there on, and returns them. */
  cut(start: number): Uint8Array {
    const bytes = this.bytes.slice(start, this.length)
    this.length = start
    return bytes
  }

  /** Writes bytes that have been written before. Returns where they begin. */
  copy(bytes: Uint8Array): number {
    const at = this.length
    this.ensure(bytes.length)
    this.bytes.set(bytes, at)
    this.length = at + bytes.length
    return at
  }

  /** Begins a nested message. Returns a value for `end`. */
  begin(field: number): number {
    this.tag(field, 2)
    this.ensure(4)
    this.length += 4
    return this.length
  }

  end(start: number): void {
    this.fourAt(start - 4, this.length - start)
    this.bytes[start - 1]! &= 0x7f
  }

  /** A nested message of two whole numbers, the first of them less than 128, in fields up to 15. */
  pair(field: number, firstField: number, first: number, secondField: number, second: number): void {
    this.ensure(15)
    const { bytes, length } = this
    bytes[length] = field * 8 + 2
    bytes[length + 2] = firstField * 8
    bytes[length + 3] = first
    bytes[length + 4] = secondField * 8
    this.length = length + 5
    this.varint(second)
    this.bytes[length + 1] = this.length - length - 2
  }

  /** A whole number from 0 to 2⁵³. */
  uint(field: number, value: number): void {
    this.tag(field, 0)
    this.varint(value)
  }

  /** `micros` times a thousand, always in the same number of bytes, because nanoseconds since 1970 are beyond exact numbers. */
  nanos(field: number, micros: number): void {
    this.tag(field, 0)
    this.ensure(9)
    this.length += 9
    this.nanosAt(this.length - 9, micros)
  }

  /** Overwrites the value that `nanos` has written there. */
  nanosAt(at: number, micros: number): void {
    // The number is written in groups of seven bits, four of which make 28. Small times get more groups than they need. A division by a
    // power of two is exact, and much faster than a remainder.
    const upper = Math.floor(micros / chunk)
    const low = (micros - upper * chunk) * 1000
    const carried = Math.floor(low / chunk)
    const middle = upper * 1000 + carried
    const top = Math.floor(middle / chunk)
    this.fourAt(at, low - carried * chunk)
    this.fourAt(at + 4, middle - top * chunk)
    this.bytes[at + 8] = top
  }

  fixed64(field: number, high: number, low: number): void {
    this.tag(field, 1)
    this.ensure(8)
    this.view.setUint32(this.length, low, true)
    this.view.setUint32(this.length + 4, high, true)
    this.length += 8
  }

  double(field: number, value: number): void {
    this.tag(field, 1)
    this.ensure(8)
    this.view.setFloat64(this.length, value, true)
    this.length += 8
  }

  string(field: number, value: string): void {
    this.tag(field, 2)
    // A UTF-16 unit takes at most three bytes.
    this.ensure(5 + 3 * value.length)
    if (value.length < 42 && this.ascii(value)) return
    const start = this.length + 4
    const { written } = encoder.encodeInto(value, this.bytes.subarray(start))
    this.length = start + written
    this.end(start)
  }

  /** Nearly all names are short ASCII, for which a loop is much faster. */
  private ascii(value: string): boolean {
    const { bytes } = this
    const start = this.length + 1
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return false
      bytes[start + i] = code
    }
    bytes[this.length] = value.length
    this.length = start + value.length
    return true
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType)
  }

  private varint(value: number): void {
    this.ensure(10)
    if (value <= 0x7f) {
      this.bytes[this.length++] = value
      return
    }
    let rest = value
    while (rest > 0x7fff_ffff) {
      const upper = Math.floor(rest / chunk)
      this.fourAt(this.length, rest - upper * chunk)
      this.length += 4
      rest = upper
    }
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.length++] = (rest & 0x7f) | 0x80
    this.bytes[this.length++] = rest
  }

  /** The lowest 28 bits of a number that continues. */
  private fourAt(at: number, bits: number): void {
    const { bytes } = this
    bytes[at] = (bits & 0x7f) | 0x80
    bytes[at + 1] = ((bits >>> 7) & 0x7f) | 0x80
    bytes[at + 2] = ((bits >>> 14) & 0x7f) | 0x80
    bytes[at + 3] = (bits >>> 21) | 0x80
  }

  private ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(2 * (this.bytes.length + more))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** 2²⁸: four groups of seven bits, which fit the 32-bit operators. */
const chunk = 0x1000_0000
const encoder = new TextEncoder()
