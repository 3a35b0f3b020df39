/** A protocol buffer ends before its last field does. */
export class EarlyEnd extends RangeError {}

/** Reads the fields of a protocol buffer one by one. Throws an `EarlyEnd` if it ends too early. */
export class ProtoReader {
  /** The number of the present field. */
  field = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private at: number
  private readonly end: number
  private wireType = 0

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = start
    this.end = end
  }

  /** Goes to the next field. `false` if there is none. The value must then be read or skipped. */
  next(): boolean {
    if (this.at >= this.end) return false
    const tag = this.varint()
    this.field = Math.floor(tag / 8)
    this.wireType = tag % 8
    return true
  }

  /** A whole number. Beyond 53 bits, the last bits are lost. */
  uint(): number {
    return this.wireType === 0 ? this.varint() : this.wrongType()
  }

  /** Nanoseconds as whole microseconds, without loss. */
  micros(): number {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(value / 1000n)
    }
  }

  /** A text, which keeps all bits. */
  fixed64(): string {
    if (this.wireType !== 1) this.wrongType()
    const text = this.view.getBigUint64(this.skipTo(8), true).toString(16)
    return text
  }

  double(): number {
    if (this.wireType !== 1) this.wrongType()
    return this.view.getFloat64(this.skipTo(8), true)
  }

  string(): string {
    const [start, end] = this.range()
    return decoder.decode(this.bytes.subarray(start, end))
  }

  message(): ProtoReader {
    const [start, end] = this.range()
    return new ProtoReader(this.bytes, start, end)
  }

  skip(): void {
    if (this.wireType === 0) this.varint()
    else if (this.wireType === 1) this.skipTo(8)
    else if (this.wireType === 5) this.skipTo(4)
    else this.range()
  }

  private range(): readonly [start: number, end: number] {
    if (this.wireType !== 2) this.wrongType()
    const length = this.varint()
    const start = this.skipTo(length)
    return [start, start + length]
  }

  private skipTo(length: number): number {
    const start = this.at
    if (start + length > this.end) throw new EarlyEnd("it ends in the middle of a field")
    this.at = start + length
    return start
  }

  private byte(): number {
    if (this.at >= this.end) throw new EarlyEnd("it ends in the middle of a number")
    return this.bytes[this.at++]!
  }

  private varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  private wrongType(): never {
    throw new RangeError(`it has another format (field ${this.field} is of another type)`)
  }
}

const decoder = new TextDecoder()
