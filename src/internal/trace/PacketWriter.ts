import { ProtoWriter } from "./ProtoWriter.ts"

// The numbers of the fields, from Perfetto's protos/perfetto/trace/{trace_packet,track_event/track_event,
// track_event/track_descriptor,track_event/debug_annotation,interned_data/interned_data}.proto.
const packetOfTrace = 1
const Packet = { timestamp: 8, sequence: 10, event: 11, interned: 12, flags: 13, track: 60 } as const
const Event = { annotation: 4, type: 9, track: 11, name: 23, counter: 30, flow: 47 } as const
const Descriptor = { uuid: 1, name: 2, process: 3, parent: 5, counter: 8, ordering: 11, rank: 12 } as const
const Annotation = { nameIid: 1, uint: 3, double: 5, string: 6 } as const
const Type = { begin: 1, end: 2, instant: 3, counter: 4 } as const
const explicitOrder = 3

/** The annotations of events, by their numbers. Each name is written once. */
export const Note = {
  id: 1,
  outcome: 2,
  error: 3,
  stuckAt: 4,
  attempt: 5,
  group: 6,
  "waited (µs)": 7,
  parent: 8,
  by: 9,
  reason: 10,
  lost: 11,
  where: 12,
  because: 13,
  deviation: 14,
  key: 15,
  cost: 16
} as const

/** A track, with the bytes with which its events begin. Events of a kind differ only in their times and in what follows. */
export interface Track {
  readonly uuid: number
  readonly heads: Readonly<Record<keyof typeof Type, Uint8Array>>
}

interface Description {
  readonly parent?: number
  readonly rank?: number
  readonly hasOrder?: boolean
  readonly process?: () => void
  readonly counter?: () => void
}

/** Writes the packets of a trace: its tracks, and their events. */
export class PacketWriter {
  private readonly out = new ProtoWriter()
  /** The heads of events are made in a separate buffer. */
  private readonly heads = new ProtoWriter(1024)
  private readonly sequence: number
  private readonly tracks = new Map<number, Track>()
  /** The places of the time and the fields in the head of an event. */
  private readonly timeAt: number
  private readonly eventAt: number
  /** Where the packet of the present event begins. */
  private start = 0

  /** `sequence` distinguishes the program from others whose traces may be in the same file. */
  constructor(sequence: number) {
    this.sequence = sequence
    const { out } = this
    const packet = out.begin(packetOfTrace)
    out.uint(Packet.sequence, sequence)
    // SEQ_INCREMENTAL_STATE_CLEARED
    out.uint(Packet.flags, 1)
    const interned = out.begin(Packet.interned)
    for (const [name, number] of Object.entries(Note)) {
      const entry = out.begin(3)
      out.uint(1, number)
      out.string(2, name)
      out.end(entry)
    }
    out.end(interned)
    out.end(packet)
    this.eventAt = headOf(this.heads, sequence)
    this.timeAt = this.eventAt - 5 - 9
  }

  /** The bytes since the last call. They are valid until more are written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.out.take()
  }

  /** The track of the program, which is above all others. */
  program(uuid: number, pid: number, name: string): void {
    this.describe(uuid, name, {
      process: () => {
        this.out.uint(1, pid)
        this.out.string(6, name)
      }
    })
  }

  /** A track with others below it, in the order of their ranks. */
  group(uuid: number, name: string, parent: number, rank: number): void {
    this.describe(uuid, name, { parent, rank, hasOrder: true })
  }

  track(uuid: number, name: string, parent: number, rank: number): Track {
    return this.tracks.get(uuid) ?? this.describe(uuid, name, { parent, rank })
  }

  counterTrack(uuid: number, name: string, parent: number, rank: number): Track {
    return this.describe(uuid, name, { parent, rank, counter: () => this.out.uint(3, 2) })
  }

  private describe(uuid: number, name: string, more: Description): Track {
    const { out } = this
    const packet = out.begin(packetOfTrace)
    out.uint(Packet.sequence, this.sequence)
    const track = out.begin(Packet.track)
    out.uint(Descriptor.uuid, uuid)
    if (more.process === undefined) out.string(Descriptor.name, name)
    else this.nested(Descriptor.process, more.process)
    if (more.parent !== undefined) out.uint(Descriptor.parent, more.parent)
    if (more.counter !== undefined) this.nested(Descriptor.counter, more.counter)
    if (more.hasOrder === true) out.uint(Descriptor.ordering, explicitOrder)
    if (more.rank !== undefined) out.uint(Descriptor.rank, more.rank)
    out.end(track)
    out.end(packet)
    const head = (type: number) => {
      this.heads.take()
      headOf(this.heads, this.sequence)
      this.heads.uint(Event.type, type)
      this.heads.uint(Event.track, uuid)
      return this.heads.take().slice()
    }
    const heads = {
      begin: head(Type.begin),
      end: head(Type.end),
      instant: head(Type.instant),
      counter: head(Type.counter)
    }
    const made: Track = { uuid, heads }
    this.tracks.set(uuid, made)
    return made
  }

  private nested(field: number, write: () => void): void {
    const start = this.out.begin(field)
    write()
    this.out.end(start)
  }

  // ------------------------------------------------------------------- events

  /** Begins an event with a name. Its other fields follow, and then `end`. */
  begin(type: "begin" | "instant", track: Track, time: number, name: string): void {
    this.head(track.heads[type], time)
    this.out.string(Event.name, name)
  }

  end(): void {
    this.out.end(this.start + this.eventAt)
    this.out.end(this.start + packetAt)
  }

  private head(head: Uint8Array, time: number): void {
    this.start = this.out.copy(head)
    this.out.nanosAt(this.start + this.timeAt, time)
  }

  /** Ends the last slice that was begun on the track. */
  sliceEnd(track: Track, time: number): void {
    this.head(track.heads.end, time)
    this.end()
  }

  slice(track: Track, name: string, begin: number, end: number): void {
    this.begin("begin", track, begin, name)
    this.end()
    this.sliceEnd(track, end)
  }

  count(track: Track, time: number, value: number): void {
    this.head(track.heads.counter, time)
    this.out.uint(Event.counter, value)
    this.end()
  }

  /** A flow of a durable task. Other programs know its key, too. */
  durableFlow(key: string): void {
    this.out.fixed64(Event.flow, hashOf(key, 1) | 0x8000_0000, hashOf(key, 2))
  }

  /** A flow, which connects all its events by arrows, in the order of their times. */
  flow(task: number): void {
    this.out.fixed64(Event.flow, this.sequence, task)
  }

  number(note: number, value: number): void {
    if (value <= 0 && note !== Note.lost) return
    if (Number.isInteger(value))
      return this.out.pair(Event.annotation, Annotation.nameIid, note, Annotation.uint, value)
    const start = this.out.begin(Event.annotation)
    this.out.uint(Annotation.nameIid, note)
    this.out.double(Annotation.double, value)
    this.out.end(start)
  }

  /** The bytes of the written fields, for `again`. */
  kept(write: () => void): Uint8Array {
    const start = this.out.size
    write()
    return this.out.cut(start)
  }

  again(bytes: Uint8Array): void {
    this.out.copy(bytes)
  }

  word(note: number, value: string): void {
    if (value === "") return
    const start = this.out.begin(Event.annotation)
    this.out.uint(Annotation.nameIid, note)
    this.out.string(Annotation.string, value)
    this.out.end(start)
  }
}

/** Where the fields of a packet begin: after its tag, and four bytes for its length. */
const packetAt = 5

/** Begins the packet of an event, up to the fields of the event itself. Returns where these begin. */
const headOf = (out: ProtoWriter, sequence: number): number => {
  out.begin(packetOfTrace)
  out.uint(Packet.sequence, sequence)
  // SEQ_NEEDS_INCREMENTAL_STATE
  out.uint(Packet.flags, 2)
  out.nanos(Packet.timestamp, 0)
  return out.begin(Packet.event)
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv). Two of these hashes distinguish any realistic number of keys. */
const hashOf = (text: string, seed: number): number => {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}
