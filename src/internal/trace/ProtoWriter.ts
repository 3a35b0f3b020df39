/**
 * Writes protocol buffers: the few kinds of fields that a trace is made of.
 *
 * The length of a nested message is known only after it, so four bytes are kept for it, whatever it comes to: as a varint that is longer
 * than it need be, which the format allows (https://protobuf.dev/programming-guides/encoding). Perfetto's own writers do the same.
 */
export class ProtoWriter {
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  /** The bytes since the last time. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.length)
    this.length = 0
    return taken
  }

  get size(): number {
    return this.length
  }

  /** Begins a nested message. The result is for `end`. */
  begin(field: number): number {
    this.tag(field, 2)
    this.ensure(4)
    this.length += 4
    return this.length
  }

  end(start: number): void {
    const size = this.length - start
    for (let i = 0; i < 3; i++) this.bytes[start - 4 + i] = ((size >>> (7 * i)) & 0x7f) | 0x80
    this.bytes[start - 1] = (size >>> 21) & 0x7f
  }

  /** A whole number from 0 to 2⁵³. */
  uint(field: number, value: number): void {
    this.tag(field, 0)
    this.varint(value)
  }

  /** `micros` thousand: nanoseconds since 1970 are more than a number can tell apart. */
  nanos(field: number, micros: number): void {
    this.tag(field, 0)
    this.ensure(10)
    const low = (micros % chunk) * 1000
    const middle = Math.floor(micros / chunk) * 1000 + Math.floor(low / chunk)
    // In groups of seven bits, which those of 28 are made of. Small times have more of them than they need.
    this.four(low % chunk)
    this.four(middle % chunk)
    this.bytes[this.length++] = Math.floor(middle / chunk)
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
    // No character takes more than three bytes for each of its units.
    this.ensure(5 + 3 * value.length)
    if (value.length < 42 && this.ascii(value)) return
    const start = this.length + 4
    const { written } = encoder.encodeInto(value, this.bytes.subarray(start))
    this.length = start + written
    this.end(start)
  }

  /** Names are short and plain, nearly all: then a loop is much quicker. */
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
    let rest = value
    if (rest > 0x7fff_ffff) {
      this.four(rest % chunk)
      rest = Math.floor(rest / chunk)
    }
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.length++] = (rest & 0x7f) | 0x80
    this.bytes[this.length++] = rest
  }

  /** The lowest 28 bits of a number that goes on. */
  private four(bits: number): void {
    const { bytes, length } = this
    bytes[length] = (bits & 0x7f) | 0x80
    bytes[length + 1] = ((bits >>> 7) & 0x7f) | 0x80
    bytes[length + 2] = ((bits >>> 14) & 0x7f) | 0x80
    bytes[length + 3] = (bits >>> 21) | 0x80
    this.length += 4
  }

  private ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(2 * (this.bytes.length + more))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** 2²⁸: four groups of seven bits, which the operators for 32 bits can do. */
const chunk = 0x1000_0000
const encoder = new TextEncoder()
