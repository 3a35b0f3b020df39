import { checkLength, type Frame, headerSize, maxLength, mayBeHeader, readHeader } from "./Frame.ts"

const none = Buffer.alloc(0)

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  /** The beginning of a header whose rest has not arrived. */
  private rest: Buffer = none
  /** A payload that has not arrived completely. */
  private large: { readonly header: Omit<Frame, "payload">; readonly payload: Buffer; filled: number } | undefined
  private readonly onFrame: (frame: Frame) => void
  private readonly mostBytes: (kind: number) => number

  /** `mostBytes` limits the payload of a frame by its kind. */
  constructor(onFrame: (frame: Frame) => void, mostBytes: (kind: number) => number = () => maxLength) {
    this.onFrame = onFrame
    this.mostBytes = mostBytes
  }

  /** Whether a frame has arrived in part. */
  get isPartial(): boolean {
    return this.large !== undefined || this.rest.length > 0
  }

  /** `false` if these bytes are not frames, so nothing after them can be read either. Throws if a frame is too large. */
  push(bytes: Buffer): boolean {
    let chunk = bytes
    let at = 0
    if (this.large !== undefined) {
      at = this.fill(this.large, chunk, 0)
      if (at === chunk.length) return true
    }
    if (this.rest.length > 0) {
      chunk = Buffer.concat([this.rest, chunk.subarray(at)])
      at = 0
      this.rest = none
    }
    while (chunk.length - at >= headerSize) {
      const header = readHeader(chunk, at)
      if (header === undefined) return false
      checkLength(header.length, this.mostBytes(header.kind), "It announced a frame of")
      at += headerSize
      if (header.length <= chunk.length - at) {
        const payload = chunk.subarray(at, at + header.length)
        at += header.length
        this.onFrame({ ...header, payload })
      } else {
        this.large = { header, payload: Buffer.allocUnsafeSlow(header.length), filled: 0 }
        at = this.fill(this.large, chunk, at)
        return true
      }
    }
    // A copy, because the chunk may be overwritten.
    if (at < chunk.length) this.rest = Buffer.from(chunk.subarray(at))
    return mayBeHeader(this.rest)
  }

  private fill(large: NonNullable<typeof this.large>, chunk: Buffer, at: number): number {
    const copied = chunk.copy(large.payload, large.filled, at)
    large.filled += copied
    if (large.filled === large.payload.length) {
      this.large = undefined
      this.onFrame({ ...large.header, payload: large.payload })
    }
    return at + copied
  }
}
