import { ProtoWriter } from "./ProtoWriter.ts"

// The numbers of the fields, from Perfetto's protos/perfetto/trace/{trace_packet,track_event/track_event,
// track_event/track_descriptor,track_event/debug_annotation,interned_data/interned_data}.proto.
const packetOfTrace = 1
const Packet = { timestamp: 8, sequence: 10, event: 11, interned: 12, flags: 13, track: 60 } as const
const Event = { annotation: 4, type: 9, track: 11, name: 23, counter: 30, flow: 47 } as const
const Track = { uuid: 1, name: 2, process: 3, parent: 5, counter: 8, ordering: 11, rank: 12 } as const
const Annotation = { nameIid: 1, uint: 3, double: 5, string: 6 } as const
export const sliceBegin = 1
export const sliceEnd = 2
export const instant = 3
const counter = 4
const explicitOrder = 3

/** The annotations of events. Their names are written once, and then go by their number. */
const annotationNames = [
  "id",
  "outcome",
  "error",
  "stuckAt",
  "attempt",
  "group",
  "waited (µs)",
  "parent",
  "by",
  "reason",
  "lost",
  "where",
  "because",
  "deviation",
  "key",
  "cost"
] as const
export type AnnotationName = (typeof annotationNames)[number]

/** Writes the packets of a trace: what tracks there are, and what happens on them. */
export class PacketWriter {
  private readonly out = new ProtoWriter()
  private readonly pid: number
  private readonly tracks = new Set<number>()

  constructor(pid: number) {
    this.pid = pid
    const packet = this.out.begin(packetOfTrace)
    this.out.uint(Packet.sequence, pid)
    // SEQ_INCREMENTAL_STATE_CLEARED
    this.out.uint(Packet.flags, 1)
    const interned = this.out.begin(Packet.interned)
    for (const [index, text] of annotationNames.entries()) {
      const entry = this.out.begin(3)
      this.out.uint(1, index + 1)
      this.out.string(2, text)
      this.out.end(entry)
    }
    this.out.end(interned)
    this.out.end(packet)
  }

  /** The bytes since the last time. */
  take(): Uint8Array<ArrayBuffer> {
    return this.out.take()
  }

  /** The track that all others are below: the program. */
  program(uuid: number, name: string): void {
    this.describe(uuid, name, {
      process: () => {
        this.out.uint(1, this.pid)
        this.out.string(6, name)
      }
    })
  }

  /** A track with others below it, in the order of their ranks. */
  group(uuid: number, name: string, parent: number, rank: number): void {
    this.describe(uuid, name, { parent, rank, hasOrder: true })
  }

  track(uuid: number, name: string, parent: number, rank: number): number {
    if (!this.tracks.has(uuid)) this.describe(uuid, name, { parent, rank })
    return uuid
  }

  counterTrack(uuid: number, name: string, parent: number, rank: number): number {
    this.describe(uuid, name, { parent, rank, counter: () => this.out.uint(3, 2) })
    return uuid
  }

  private describe(
    uuid: number,
    name: string,
    more: {
      readonly parent?: number
      readonly rank?: number
      readonly hasOrder?: boolean
      readonly process?: () => void
      readonly counter?: () => void
    }
  ): void {
    this.tracks.add(uuid)
    const { out } = this
    const packet = out.begin(packetOfTrace)
    out.uint(Packet.sequence, this.pid)
    const track = out.begin(Packet.track)
    out.uint(Track.uuid, uuid)
    if (more.process === undefined) out.string(Track.name, name)
    else this.nested(Track.process, more.process)
    if (more.parent !== undefined) out.uint(Track.parent, more.parent)
    if (more.counter !== undefined) this.nested(Track.counter, more.counter)
    if (more.hasOrder === true) out.uint(Track.ordering, explicitOrder)
    if (more.rank !== undefined) out.uint(Track.rank, more.rank)
    out.end(track)
    out.end(packet)
  }

  private nested(field: number, write: () => void): void {
    const start = this.out.begin(field)
    write()
    this.out.end(start)
  }

  // ------------------------------------------------------------------ packets

  event(time: number, type: number, track: number, name?: string, more?: () => void): void {
    const { out } = this
    const packet = out.begin(packetOfTrace)
    out.nanos(Packet.timestamp, time)
    out.uint(Packet.sequence, this.pid)
    // SEQ_NEEDS_INCREMENTAL_STATE
    out.uint(Packet.flags, 2)
    const event = out.begin(Packet.event)
    out.uint(Event.type, type)
    out.uint(Event.track, track)
    if (name !== undefined) out.string(Event.name, name)
    more?.()
    out.end(event)
    out.end(packet)
  }

  count(time: number, track: number, value: number): void {
    this.event(time, counter, track, undefined, () => this.out.uint(Event.counter, value))
  }

  /** A flow of a durable task, which other programs know by its key too. */
  durableFlow(key: string): void {
    this.out.fixed64(Event.flow, hashOf(key, 1) | 0x8000_0000, hashOf(key, 2))
  }

  /** An arrow from and to all events that have it, in the order of their times. */
  flow(task: number): void {
    this.out.fixed64(Event.flow, this.pid, task)
  }

  number(name: AnnotationName, value: number): void {
    if (value === 0 && name !== "lost") return
    const start = this.out.begin(Event.annotation)
    this.out.uint(Annotation.nameIid, annotationNames.indexOf(name) + 1)
    if (Number.isInteger(value)) this.out.uint(Annotation.uint, value)
    else this.out.double(Annotation.double, value)
    this.out.end(start)
  }

  word(name: AnnotationName, value: string): void {
    if (value === "") return
    const start = this.out.begin(Event.annotation)
    this.out.uint(Annotation.nameIid, annotationNames.indexOf(name) + 1)
    this.out.string(Annotation.string, value)
    this.out.end(start)
  }

  slice(track: number, name: string, begin: number, end: number, more?: () => void): void {
    this.event(begin, sliceBegin, track, name, more)
    this.event(end, sliceEnd, track)
  }
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv): two of them tell as many keys apart as anybody has. */
const hashOf = (text: string, seed: number): number => {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}
