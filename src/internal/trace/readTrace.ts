import { EarlyEnd, ProtoReader } from "./ProtoReader.ts"

/** A track of a trace. */
export interface Track {
  readonly uuid: number
  readonly name: string
  readonly parent: number | undefined
  readonly rank: number
  readonly isCounter: boolean
  readonly isProcess: boolean
  /** The number of the process, if it is one. */
  readonly pid: number
}

/** An event in the form of the file. */
export interface RawEvent {
  /** The number of its program: a file may have the traces of several, one after the other. */
  readonly program: number
  /** Microseconds since 1970. */
  readonly time: number
  readonly type: "begin" | "end" | "instant" | "counter"
  readonly track: number
  readonly name: string
  readonly value: number
  readonly flows: ReadonlyArray<string>
  readonly details: Readonly<Record<string, string | number>> | undefined
}

/** The contents of a file, the events in the order of their times. */
export interface RawTrace {
  /** Whether the last part of the file is missing: the program was killed, or its disk was full. */
  readonly isCut: boolean
  readonly tracks: ReadonlyMap<number, Track>
  readonly events: ReadonlyArray<RawEvent>
}

const types: Record<number, RawEvent["type"]> = { 1: "begin", 2: "end", 3: "instant", 4: "counter" }

/** Reads the output of `TraceEncoder`, and no other part of Perfetto's format. Throws for other files. */
export const readTrace = (bytes: Uint8Array): RawTrace => {
  const reader = new Reader()
  const trace = new ProtoReader(bytes)
  const next = () => {
    if (!trace.next()) return false
    if (trace.field === 1) reader.packet(trace.message())
    else trace.skip()
    return true
  }
  let isCut = false
  try {
    while (next());
  } catch (error) {
    if (!(error instanceof EarlyEnd) || reader.tracks.size === 0) throw error
    isCut = true
  }
  if (reader.tracks.size === 0) throw new RangeError("there are no tracks in it")
  return { isCut, tracks: reader.tracks, events: reader.events.toSorted((a, b) => a.time - b.time) }
}

class Reader {
  readonly tracks = new Map<number, Track>()
  readonly events: Array<RawEvent> = []
  /** Names by sequence, because a file may contain several programs. */
  private readonly names = new Map<number, Map<number, string>>()

  packet(packet: ProtoReader): void {
    let time = 0
    let sequence = 0
    let event: ProtoReader | undefined
    let interned: ProtoReader | undefined
    while (packet.next()) {
      if (packet.field === 8) time = packet.micros()
      else if (packet.field === 10) sequence = packet.uint()
      else if (packet.field === 11) event = packet.message()
      else if (packet.field === 12) interned = packet.message()
      else if (packet.field === 60) this.track(packet.message())
      else packet.skip()
    }
    if (interned !== undefined) this.intern(interned, sequence)
    if (event !== undefined) this.event(event, time, sequence)
  }

  private intern(interned: ProtoReader, sequence: number): void {
    const names = new Map<number, string>()
    this.names.set(sequence, names)
    while (interned.next()) {
      if (interned.field !== 3) {
        interned.skip()
        continue
      }
      const entry = interned.message()
      let iid = 0
      let name = ""
      while (entry.next()) {
        if (entry.field === 1) iid = entry.uint()
        else if (entry.field === 2) name = entry.string()
        else entry.skip()
      }
      names.set(iid, name)
    }
  }

  private track(message: ProtoReader): void {
    const track = { uuid: 0, name: "", parent: undefined as number | undefined, rank: 0, pid: 0 }
    let [isCounter, isProcess] = [false, false]
    while (message.next()) {
      if (message.field === 1) track.uuid = message.uint()
      else if (message.field === 2) track.name = message.string()
      else if (message.field === 5) track.parent = message.uint()
      else if (message.field === 12) track.rank = message.uint()
      else if (message.field === 3) {
        isProcess = true
        Object.assign(track, processOf(message.message()))
      } else {
        isCounter ||= message.field === 8
        message.skip()
      }
    }
    this.tracks.set(track.uuid, { ...track, isCounter, isProcess })
  }

  private event(message: ProtoReader, time: number, sequence: number): void {
    const names = this.names.get(sequence)
    const event = { name: "", track: 0, value: 0 }
    let type: RawEvent["type"] | undefined
    const flows: Array<string> = []
    let details: Record<string, string | number> | undefined
    while (message.next()) {
      if (message.field === 9) type = types[message.uint()]
      else if (message.field === 11) event.track = message.uint()
      else if (message.field === 23) event.name = message.string()
      else if (message.field === 30) event.value = message.uint()
      else if (message.field === 47) flows.push(message.fixed64())
      else if (message.field === 4) addDetail((details ??= {}), message.message(), names)
      else message.skip()
    }
    if (type !== undefined) this.events.push({ ...event, program: sequence, time, type, flows, details })
  }
}

const processOf = (message: ProtoReader) => {
  const process = { name: "", pid: 0 }
  while (message.next()) {
    if (message.field === 1) process.pid = message.uint()
    else if (message.field === 6) process.name = message.string()
    else message.skip()
  }
  return process
}

const addDetail = (
  details: Record<string, string | number>,
  message: ProtoReader,
  names: ReadonlyMap<number, string> | undefined
): void => {
  let name = "?"
  let value: string | number = ""
  while (message.next()) {
    if (message.field === 1) name = names?.get(message.uint()) ?? "?"
    else if (message.field === 3) value = message.uint()
    else if (message.field === 5) value = message.double()
    else if (message.field === 6) value = message.string()
    else message.skip()
  }
  // `defineProperty`, because a name may be that of a property which all objects have.
  Object.defineProperty(details, name, { value, enumerable: true, configurable: true, writable: true })
}
