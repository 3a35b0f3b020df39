import { Deserializer, Serializer } from "node:v8"
import type { HostReply } from "../../remote/Call.ts"

/** A reply as bytes, in a buffer that is used again and again. */
export interface WrittenReply {
  tag: number
  length: number
  readonly bytes: Buffer
}

/** The tags of values that are known by their index here. */
const constants: ReadonlyArray<unknown> = [undefined, null, true, false]

const Double = 5
const Latin1 = 6
const Utf16 = 7
const Plain = 8
const PlainFailure = 9
const Interrupted = 10

/** Writes the reply if it is small and simple. Otherwise `false`, and the reply must be sent as a message. */
export const writeReply = (reply: HostReply, into: WrittenReply): boolean => {
  if (reply._tag === "Failure") return writePlain(PlainFailure, reply.cause, into)
  if (reply._tag === "Interrupted") return writeTag(Interrupted, into)
  const { value } = reply
  switch (typeof value) {
    case "number":
      into.tag = Double
      into.length = into.bytes.writeDoubleLE(value)
      return true
    case "string":
      return writeString(value, into)
    case "object":
      if (value !== null) return writePlain(Plain, value, into)
  }
  const constant = constants.indexOf(value)
  return constant >= 0 && writeTag(constant, into)
}

/** Reads a reply of `writeReply`, at an offset in any buffer. */
export const readReply = (tag: number, bytes: Buffer, offset: number, length: number): HostReply => {
  switch (tag) {
    case Double:
      return success(bytes.readDoubleLE(offset))
    case Latin1:
      return success(bytes.toString("latin1", offset, offset + length))
    case Utf16:
      return success(bytes.toString("utf16le", offset, offset + length))
    case Plain:
      return success(readPlain(bytes, offset, length))
    case PlainFailure:
      return { _tag: "Failure", cause: readPlain(bytes, offset, length) }
    case Interrupted:
      return { _tag: "Interrupted" }
    default:
      return success(constants[tag])
  }
}

const writeTag = (tag: number, into: WrittenReply): true => {
  into.tag = tag
  into.length = 0
  return true
}

const success = (value: unknown): HostReply => ({ _tag: "Success", value })

// Writes a string with one byte per character in Latin 1, or two in UTF-16, which also keeps halves of surrogate pairs.
const writeString = (value: string, into: WrittenReply): boolean => {
  if (value.length * 2 > into.bytes.length) return false
  let all = 0
  for (let i = 0; i < value.length; i++) all |= value.charCodeAt(i)
  const isLatin1 = all < 256
  into.tag = isLatin1 ? Latin1 : Utf16
  into.length = into.bytes.write(value, isLatin1 ? "latin1" : "utf16le")
  return true
}

// Structured clone, as in messages, but without a message.
const writePlain = (tag: number, value: unknown, into: WrittenReply): boolean => {
  if (weigh(value, 0) > maxWeight) return false
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(value)
  const written = serializer.releaseBuffer()
  if (written.length > into.bytes.length) return false
  written.copy(into.bytes)
  into.tag = tag
  into.length = written.length
  return true
}

const readPlain = (bytes: Buffer, offset: number, length: number): unknown => {
  // A copy, because the deserializer cannot read shared memory.
  const deserializer = new Deserializer(Buffer.from(bytes.subarray(offset, offset + length)))
  deserializer.readHeader()
  return deserializer.readValue()
}

const maxWeight = 100
const maxString = 256

/**
 * About how large a value of plain objects, arrays and primitives is. More than `maxWeight` as soon as it turns out to be large or to be
 * something else. Runs no code of the value, so one with getters counts as something else.
 */
const weigh = (value: unknown, depth: number): number => {
  switch (typeof value) {
    case "string":
      return value.length > maxString ? Infinity : 1 + value.length / 16
    case "object":
      return value === null ? 1 : depth > 6 ? Infinity : weighObject(value, depth)
    case "function":
    case "symbol":
      return Infinity
    default:
      return 1
  }
}

const weighObject = (value: object, depth: number): number => {
  let weight = 1
  if (Array.isArray(value)) {
    if (value.length > maxWeight) return Infinity
    for (let i = 0; i < value.length && weight <= maxWeight; i++) weight += weigh(value[i], depth + 1)
    return weight
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return Infinity
  for (const key in value) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (property === undefined || property.get !== undefined || property.set !== undefined) return Infinity
    weight += 1 + key.length / 16 + weigh(property.value, depth + 1)
    if (weight > maxWeight) return weight
  }
  return weight
}
