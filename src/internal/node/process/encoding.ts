import { Deserializer, Serializer } from "node:v8"
import { checkLength, headerSize, maxLength, writeHeader } from "./Frame.ts"

const room = Buffer.alloc(headerSize)

/**
 * A whole frame, its payload written by structured clone.
 *
 * V8's own `Serializer` and not `v8.serialize`: that treats views of buffers in a way of its own, and threads should not
 * see a difference. Throws what structured clone refuses with, or what a getter throws.
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
  // The header's place, so that the payload need not be copied behind it.
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

/** A frame that says it all by its kind. */
export const bareFrame = (kind: number, id = 0): Buffer => {
  const frame = Buffer.allocUnsafe(headerSize)
  writeHeader(frame, kind, id, 0, 0)
  return frame
}

/** Reads what `encodeFrame` was given. Nothing in it shares memory with `payload`. */
export const decodePayload = (payload: Uint8Array): unknown => {
  const deserializer = new Deserializer(payload)
  deserializer.readHeader()
  return deserializer.readValue()
}
