import { Deserializer, type Serializer } from "node:v8"
import type { CallRequest, Refusal } from "../../remote/Call.ts"
import type { Claimed } from "../../remote/client/ClaimTable.ts"
import { isArgs, type WireValues } from "../../remote/codec/FunctionCodecs.ts"
import type { IncomingCall } from "../../remote/host/HostTransport.ts"
import { Kind } from "../../remote/protocol.ts"
import { makeFrame } from "./encoding.ts"
import type { Frame } from "./Frame.ts"

/** A call as a frame. Each argument is a separate value, so the worker knows which one it cannot read. */
export const encodeCallFrame = (request: CallRequest, { id, slot, token }: Claimed, mostBytes: number): Buffer => {
  const { ambient, args: wire, name, task, url } = request
  const args = isArgs(wire) ? wire : wire.values
  const write = (serializer: Serializer) => {
    serializer.writeValue([url, name, task, args.length, !isArgs(wire)])
    serializer.writeValue(ambient)
    for (const arg of args) serializer.writeValue(arg)
    if (!isArgs(wire)) serializer.writeValue(wire.specials)
  }
  return makeFrame(Kind.call, id, slot, token, write, mostBytes)
}

/** The number of bytes from which reading takes longer than reporting it. */
const large = 65_536

/** A call in a worker process: bytes, until it begins. */
export class ProcessCall implements IncomingCall {
  readonly id: number
  readonly slot: number
  readonly token: number
  readonly url: string
  readonly name: string
  readonly isLarge: boolean
  private readonly task: string
  private readonly count: number
  private readonly hasSpecials: boolean
  private readonly rest: Deserializer

  constructor({ id, payload, slot, token }: Frame) {
    this.id = id
    this.slot = slot
    this.token = token
    // The next bytes would overwrite these, unless they are in a buffer of their own.
    const isOwn = payload.byteLength === payload.buffer.byteLength
    this.rest = new Deserializer(isOwn ? payload : new Uint8Array(payload))
    this.rest.readHeader()
    // The header is as `encodeCallFrame` wrote it.
    const [url, name, task, count, hasSpecials] = this.rest.readValue() as [string, string, string, number, boolean]
    this.url = url
    this.name = name
    this.task = task
    this.count = count
    this.hasSpecials = hasSpecials
    this.isLarge = hasSpecials || payload.byteLength > large
  }

  read(): CallRequest | Refusal {
    const values: Array<unknown> = []
    try {
      const ambient: unknown = this.rest.readValue()
      while (values.length < this.count) values.push(this.rest.readValue())
      const args = this.hasSpecials ? { values, specials: this.rest.readValue() as WireValues["specials"] } : values
      return { url: this.url, name: this.name, task: this.task, args, ambient }
    } catch (reason) {
      return { what: `argument ${values.length + 1}`, reason: new Error(String(reason)) }
    }
  }
}
