import { assert } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import protobuf from "protobufjs"

const { root } = protobuf.parse(fs.readFileSync(path.join(import.meta.dirname, "perfetto.proto"), "utf8"), {
  keepCase: true
})
const Trace = root.lookupType("perfetto.protos.Trace")

export interface Event {
  /** Nanoseconds. */
  readonly time: bigint
  readonly type: "begin" | "end" | "instant" | "counter"
  readonly track: string
  readonly name: string
  readonly value: number
  readonly flows: ReadonlyArray<string>
  readonly details: Readonly<Record<string, string | number>>
}

export interface Decoded {
  readonly tracks: ReadonlyMap<string, { readonly name: string; readonly parent: string | undefined }>
  /** In the order of their times, and of the file. */
  readonly events: ReadonlyArray<Event>
}

// As protobufjs gives it with these options.
interface Packet {
  readonly timestamp?: string
  readonly interned_data?: {
    readonly debug_annotation_names: ReadonlyArray<{ readonly iid: string; readonly name: string }>
  }
  readonly track_descriptor?: {
    readonly uuid: string
    readonly name?: string
    readonly parent_uuid?: string
    readonly process?: { readonly process_name: string }
  }
  readonly track_event?: {
    readonly type: number
    readonly track_uuid: string
    readonly name?: string
    readonly counter_value?: string
    readonly flow_ids?: ReadonlyArray<string>
    readonly debug_annotations?: ReadonlyArray<{
      readonly name_iid: string
      readonly uint_value?: string
      readonly double_value?: number
      readonly string_value?: string
    }>
  }
}

const types = [undefined, "begin", "end", "instant", "counter"] as const

/** Reads a trace by Perfetto's published schema, and by another library than what has written it. */
export const decode = (file: string): Decoded => {
  const bytes = fs.readFileSync(file)
  assertKnown(new protobuf.Reader(bytes), Trace, bytes.length)
  const { packet: packets } = Trace.toObject(Trace.decode(bytes), { longs: String }) as {
    readonly packet: ReadonlyArray<Packet>
  }
  const names = new Map<string, string>()
  const tracks = new Map<string, { readonly name: string; readonly parent: string | undefined }>()
  const events: Array<Event> = []
  for (const packet of packets) {
    for (const { iid, name } of packet.interned_data?.debug_annotation_names ?? []) names.set(iid, name)
    const { track_descriptor: track, track_event: event } = packet
    if (track !== undefined) {
      tracks.set(track.uuid, { name: track.name ?? track.process?.process_name ?? "", parent: track.parent_uuid })
    }
    if (event === undefined) continue
    const details = (event.debug_annotations ?? []).map(
      (each) => [names.get(each.name_iid) ?? assert.fail("a name that is not known"), valueOf(each)] as const
    )
    events.push({
      time: BigInt(packet.timestamp!),
      type: types[event.type] ?? assert.fail(`type ${event.type}`),
      track: event.track_uuid,
      name: event.name ?? "",
      value: Number(event.counter_value ?? 0),
      flows: event.flow_ids ?? [],
      details: Object.fromEntries(details)
    })
  }
  return { tracks, events: events.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)) }
}

const valueOf = (each: {
  readonly uint_value?: string
  readonly double_value?: number
  readonly string_value?: string
}): string | number => each.string_value ?? each.double_value ?? Number(each.uint_value)

/** A decoder passes over fields that it does not know; here they are a mistake. */
const assertKnown = (reader: protobuf.Reader, type: protobuf.Type, end: number): void => {
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = type.fieldsById[tag >>> 3] ?? assert.fail(`${type.name} has no field ${tag >>> 3}`)
    field.resolve()
    if (field.resolvedType instanceof protobuf.Type) {
      const length = reader.uint32()
      assertKnown(reader, field.resolvedType, reader.pos + length)
    } else reader.skipType(tag & 7)
  }
  assert.strictEqual(reader.pos, end)
}

/** Slices of a track begin and end like brackets, every track is known, and every arrow has two ends. */
export const assertWellFormed = ({ events, tracks }: Decoded): void => {
  const open = new Map<string, number>()
  const ends = new Map<string, number>()
  for (const { flows, track, type } of events) {
    assert.isTrue(tracks.has(track), `track ${track}`)
    for (const flow of flows) ends.set(flow, (ends.get(flow) ?? 0) + 1)
    if (type === "begin") open.set(track, (open.get(track) ?? 0) + 1)
    if (type === "end") {
      assert.isAbove(open.get(track) ?? 0, 0)
      open.set(track, open.get(track)! - 1)
    }
  }
  assert.deepStrictEqual(
    Array.from(open.values()).filter((count) => count !== 0),
    []
  )
  assert.deepStrictEqual(
    Array.from(ends.values()).filter((count) => count < 2),
    []
  )
}

/** The slices of a track one in the other: each with its begin, its end and its depth. */
export const slicesOf = ({ events }: Decoded) => {
  const stacks = new Map<string, Array<Event>>()
  const slices: Array<{ readonly begin: Event; readonly end: bigint; readonly depth: number }> = []
  for (const event of events) {
    const stack = stacks.get(event.track) ?? []
    stacks.set(event.track, stack)
    if (event.type === "begin") stack.push(event)
    if (event.type === "end") slices.push({ begin: stack.pop()!, end: event.time, depth: stack.length })
  }
  return slices
}

const processor = ["trace_processor", "trace_processor_shell", process.env["TRACE_PROCESSOR"] ?? ""].find((name) => {
  try {
    if (name !== "") execFileSync(name, ["--version"], { stdio: "ignore" })
    return name !== ""
  } catch {
    return false
  }
})

/** The tool that traces are checked with, for the name of the test. */
export const checkedWith =
  processor === undefined ? "the published schema, as there is no trace_processor here" : "Perfetto's trace_processor"

/** The errors that Perfetto itself finds in a trace, where it is installed. */
export const complaints = (file: string): string => {
  if (processor === undefined) return ""
  const query = path.join(path.dirname(file), "complaints.sql")
  fs.writeFileSync(query, "select name, value from stats where severity in ('error', 'data_loss') and value > 0;")
  return execFileSync(processor, ["-q", query, file], { encoding: "utf8" })
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "" && !line.startsWith("Error stats"))
    .join("\n")
}
