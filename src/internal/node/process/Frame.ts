import { Kind } from "../../remote/protocol.ts"

/**
 * A message in one of the two pipes between the parent and a worker process: a header of sixteen bytes, and a payload that V8's serializer
 * wrote.
 */
export interface Frame {
  readonly kind: number
  /** The call that the frame is about, or 0. */
  readonly id: number
  /** The call's place in the `ClaimFile`. */
  readonly slot: number
  readonly token: number
  /** The payload is valid only until the next frame is read. */
  readonly payload: Uint8Array
}

const kinds: ReadonlySet<number> = new Set(Object.values(Kind))

export const headerSize = 16
const magic = 0xef
export const maxLength = 0xffff_ffff
/** The limit of an argument list or a result, if `maxFrameBytes` is not given. */
export const defaultMaxFrameBytes = 256 * 1024 * 1024

/** How long the payload of a frame from a worker may be. Telemetry is cut to size there, and control messages have no payload. */
export const mostBytesOf = (kind: number, maxFrameBytes: number): number => {
  switch (kind) {
    case Kind.reply:
    case Kind.elements:
    case Kind.report:
      return maxFrameBytes
    case Kind.message:
      return 4 * 1024 * 1024
    case Kind.lastWords:
    case Kind.unreadable:
      return 1024 * 1024
    default:
      return 0
  }
}

/** A frame is larger than its kind allows. */
export class FrameTooLarge extends RangeError {
  override readonly name = "RangeError"
}

/** Throws if a payload is larger than `most`. */
export const checkLength = (length: number, most: number, what: string): void => {
  if (length > most) throw new FrameTooLarge(`${what} ${length} bytes, and the limit (maxFrameBytes) is ${most}`)
}

/** Distinguishes a header from bytes that a task has written into the pipe by mistake. */
const checkOf = (kind: number, token: number, slot: number, id: number, length: number): number =>
  (0xa55a ^ (kind * 257 + token * 31 + slot + (id & 0xffff) + (id >>> 16) + (length & 0xffff) + (length >>> 16))) &
  0xffff

/** Writes the first sixteen bytes of `frame`. The rest is the payload. */
export const writeHeader = (frame: Buffer, kind: number, id: number, slot: number, token: number): void => {
  const length = frame.length - headerSize
  frame[0] = magic
  frame[1] = kind
  frame[2] = token
  frame[3] = 0
  frame.writeUInt16LE(slot, 4)
  frame.writeUInt16LE(checkOf(kind, token, slot, id, length), 6)
  frame.writeUInt32LE(id, 8)
  frame.writeUInt32LE(length, 12)
}

/** The header at `at`, without its payload. `undefined` if there is no header. */
export const readHeader = (
  bytes: Buffer,
  at: number
): { kind: number; id: number; slot: number; token: number; length: number } | undefined => {
  const kind = bytes[at + 1]!
  const token = bytes[at + 2]!
  const slot = bytes.readUInt16LE(at + 4)
  const id = bytes.readUInt32LE(at + 8)
  const length = bytes.readUInt32LE(at + 12)
  const isHeader =
    bytes[at] === magic &&
    bytes[at + 3] === 0 &&
    kinds.has(kind) &&
    bytes.readUInt16LE(at + 6) === checkOf(kind, token, slot, id, length)
  return isHeader ? { kind, id, slot, token, length } : undefined
}

/** Whether bytes could be the beginning of a header. */
export const mayBeHeader = (bytes: Uint8Array): boolean =>
  (bytes.length < 1 || bytes[0] === magic) &&
  (bytes.length < 2 || kinds.has(bytes[1]!)) &&
  (bytes.length < 4 || bytes[3] === 0)
