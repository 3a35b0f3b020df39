import { Deserializer, Serializer } from "node:v8"
import { checkLength, headerSize, maxLength, writeHeader } from "./Frame.ts"

const room = Buffer.alloc(headerSize)

/**
 * A whole frame, with a payload that structured clone wrote.
 *
 * V8's own `Serializer` is used and not `v8.serialize`, which treats views of buffers differently: threads and processes should behave
 * alike. Throws like structured clone, or like a getter.
 */
export const makeFrame = (
  kind: number,
  id: number,
  slot: number,
  token: number,
  write: (serializer: Serializer) => void,
  mostBytes = maxLength
): Buffer => {
  const serializer = new Serializer()
  // The place of the header is written first, so that the payload need not be copied behind it.
  serializer.writeRawBytes(room)
  serializer.writeHeader()
  write(serializer)
  const frame = serializer.releaseBuffer()
  checkLength(frame.length - headerSize, mostBytes, "It takes")
  writeHeader(frame, kind, id, slot, token)
  return frame
}

/** A frame with one value. */
export const encodeFrame = (kind: number, value: unknown, id = 0, mostBytes = maxLength): Buffer =>
  makeFrame(kind, id, 0, 0, (serializer) => serializer.writeValue(value), mostBytes)

/** A frame without a payload. */
export const bareFrame = (kind: number, id = 0): Buffer => {
  const frame = Buffer.allocUnsafe(headerSize)
  writeHeader(frame, kind, id, 0, 0)
  return frame
}

/** Reads the value of `encodeFrame`. It shares no memory with `payload`. */
export const decodePayload = (payload: Uint8Array): unknown => {
  const deserializer = new Deserializer(payload)
  deserializer.readHeader()
  return deserializer.readValue()
}
