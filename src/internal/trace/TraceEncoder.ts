import { ProtoWriter } from "./ProtoWriter.ts"
import { Column, columns, outcomes, Row, type TraceChunk } from "./TraceChunk.ts"

// The numbers of the fields, from Perfetto's protos/perfetto/trace/{trace_packet,track_event/track_event,
// track_event/track_descriptor,track_event/debug_annotation,interned_data/interned_data}.proto.
const packetOfTrace = 1
const Packet = { timestamp: 8, sequence: 10, event: 11, interned: 12, flags: 13, track: 60 } as const
const Event = { annotation: 4, type: 9, track: 11, name: 23, counter: 30, flow: 47 } as const
const Track = { uuid: 1, name: 2, process: 3, parent: 5, counter: 8, ordering: 11, rank: 12 } as const
const Annotation = { nameIid: 1, uint: 3, string: 6 } as const
const sliceBegin = 1
const sliceEnd = 2
const instant = 3
const counter = 4
const explicitOrder = 3

/** What is said of events. Their names are written once, and then go by their number. */
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
  "lost"
] as const
type AnnotationName = (typeof annotationNames)[number]

/** Waits are drawn in so many lines, at most; a wait for which there is no line is only a number. */
const mostWaitLanes = 128
/** An arrow to a task is drawn if it was among the last so many. */
const rememberedTasks = 65_536

/** Slices after each other, in lines that are only as many as there have to be. */
class Lanes {
  private readonly ends: Array<number> = []
  private readonly most: number

  constructor(most = Infinity) {
    this.most = most
  }

  /** The line for a slice; `undefined` if all are taken. Later slices may begin before this one ends, and then have another line. */
  place(begin: number, end: number): number | undefined {
    let lane = this.ends.findIndex((last) => last <= begin)
    if (lane === -1) lane = this.ends.length
    if (lane >= this.most) return undefined
    this.ends[lane] = end
    return lane
  }
}

interface ExecutorTracks {
  readonly uuid: number
  readonly submitted: number
  readonly joined: number
  readonly waiting: number
  readonly running: number
  readonly waits: Lanes
  readonly workers: Map<number, Lanes>
}

/**
 * Makes Perfetto's format of rows, piece by piece: each piece can be written as soon as it is there, and what is remembered is bounded by the
 * number of workers.
 *
 * A task's slices are written when it has ended, so the packets are not in the order of their times. Perfetto sorts them.
 */
export class TraceEncoder {
  private readonly out = new ProtoWriter()
  private readonly pid: number
  private readonly tracks = new Set<number>()
  private readonly executors = new Map<number, ExecutorTracks>()
  private readonly names = new Map<number, string>()
  private readonly recent = new Set<number>()
  private readonly seen = { tasks: 0, lost: 0, last: 0 }

  /** `name` is the program's. */
  constructor(pid: number, name: string) {
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
    this.describe(this.uuid(0), name, {
      process: () => {
        this.out.uint(1, pid)
        this.out.string(6, name)
      }
    })
  }

  /** The bytes since the last time. */
  take(): Uint8Array<ArrayBuffer> {
    return this.out.take()
  }

  get size(): number {
    return this.out.size
  }

  add({ count, rows, texts }: TraceChunk): void {
    for (let at = 0; at < count * columns; at += columns) {
      const row = new RowView(rows, at, texts)
      const time = row.get(Column.time)
      if (time > this.seen.last) this.seen.last = time
      this.addRow(row)
    }
  }

  private addRow(row: RowView): void {
    switch (row.get(Column.kind)) {
      case Row.executor:
        return void this.names.set(row.get(Column.executor), row.text(Column.name))
      case Row.task:
        return this.task(row)
      case Row.join:
        return this.join(row)
      case Row.workerStarted:
        return this.workerEvent(row, "worker starts")
      case Row.workerEnded:
        return this.workerEvent(row, `worker ends: ${row.text(Column.error)}`)
      case Row.depth:
        return this.depth(row)
      case Row.lost:
        return this.lost(row)
    }
  }

  /** The last that is written: how complete the trace is. */
  finish(): void {
    const { last, lost, tasks } = this.seen
    this.event(last, instant, this.noteTrack(), `recorded ${tasks} tasks, ${lost} rows lost`, () =>
      this.number("lost", lost)
    )
  }

  // ------------------------------------------------------------------- events

  private task(row: RowView): void {
    this.seen.tasks++
    const executor = this.executor(row)
    const [id, name, ended] = [row.get(Column.id), row.text(Column.name), row.get(Column.time)]
    const [submitted, started] = [row.get(Column.submitted), row.get(Column.started)]
    const after = row.get(Column.after)
    const hasArrow = submitted > 0 && started > 0
    if (submitted > 0) {
      const origin = this.recent.has(after) ? after : 0
      this.event(submitted, instant, executor.submitted, name, () => {
        this.number("id", id)
        this.number("parent", row.get(Column.parent))
        if (hasArrow) this.flow(id)
        if (origin > 0) this.flow(origin)
      })
      this.wait(executor, row, submitted, started === 0 ? ended : started)
    }
    if (started > 0) this.run(executor, row, hasArrow)
    if (!hasArrow) return
    this.recent.add(id)
    if (this.recent.size > rememberedTasks) for (const oldest of this.recent) return void this.recent.delete(oldest)
  }

  private wait(executor: ExecutorTracks, row: RowView, begin: number, end: number): void {
    if (end <= begin) return
    const lane = executor.waits.place(begin, end)
    if (lane === undefined) return
    const track = this.track(this.uuid(row.get(Column.executor), 3, lane), "waiting", executor.uuid, 3)
    const hasRun = row.get(Column.started) > 0
    this.event(begin, sliceBegin, track, row.text(Column.name), () => {
      this.number("id", row.get(Column.id))
      if (!hasRun) this.outcome(row)
    })
    this.event(end, sliceEnd, track)
  }

  private run(executor: ExecutorTracks, row: RowView, hasArrow: boolean): void {
    const [started, ended] = [row.get(Column.started), row.get(Column.time)]
    const track = this.workerTrack(executor, row, started, ended)
    this.event(started, sliceBegin, track, row.text(Column.name), () => {
      this.number("id", row.get(Column.id))
      this.outcome(row)
      const attempt = row.get(Column.attempt)
      if (attempt > 1) this.number("attempt", attempt)
      this.number("waited (µs)", row.get(Column.submitted) > 0 ? started - row.get(Column.submitted) : 0)
      this.number("parent", row.get(Column.parent))
      if (hasArrow) this.flow(row.get(Column.id))
    })
    const running = row.get(Column.running)
    const cleaningUp = row.get(Column.cleaningUp)
    const firstEnd = running > 0 ? running : cleaningUp > 0 ? cleaningUp : ended
    if (firstEnd > started) this.slice(track, "starting", started, firstEnd)
    if (cleaningUp > 0 && ended > cleaningUp) this.slice(track, "cleaning up", cleaningUp, ended)
    this.event(ended, sliceEnd, track)
  }

  private slice(track: number, name: string, begin: number, end: number): void {
    this.event(begin, sliceBegin, track, name)
    this.event(end, sliceEnd, track)
  }

  private outcome(row: RowView): void {
    this.word("outcome", outcomes[row.get(Column.outcome)] ?? "open")
    this.word("error", row.text(Column.error))
    this.word("stuckAt", row.text(Column.detail))
    this.word("group", row.text(Column.group))
  }

  private join(row: RowView): void {
    const id = row.get(Column.id)
    const hasArrow = this.recent.has(id)
    this.event(row.get(Column.time), instant, this.executor(row).joined, row.text(Column.name), () => {
      this.number("id", id)
      this.number("by", row.get(Column.parent))
      if (hasArrow) this.flow(id)
    })
  }

  private workerEvent(row: RowView, what: string): void {
    const executor = this.executor(row)
    const track = this.laneTrack(executor, row, 0)
    this.event(row.get(Column.time), instant, track, what, () => this.word("reason", row.text(Column.detail)))
  }

  private depth(row: RowView): void {
    const executor = this.executor(row)
    this.count(row.get(Column.time), executor.waiting, row.get(Column.id))
    this.count(row.get(Column.time), executor.running, row.get(Column.worker))
  }

  private lost(row: RowView): void {
    const count = row.get(Column.id)
    this.seen.lost += count
    const time = row.get(Column.time)
    this.event(time > 0 ? time : this.seen.last, instant, this.noteTrack(), `${count} rows lost`, () =>
      this.number("lost", count)
    )
  }

  // ------------------------------------------------------------------- tracks

  private noteTrack(): number {
    return this.track(this.uuid(0, 9), "recording", this.uuid(0), 0)
  }

  private executor(row: RowView): ExecutorTracks {
    const number = row.get(Column.executor)
    const found = this.executors.get(number)
    if (found !== undefined) return found
    const uuid = this.uuid(number)
    this.describe(uuid, this.names.get(number) ?? `executor ${number}`, {
      parent: this.uuid(0),
      rank: number,
      hasOrder: true
    })
    const made: ExecutorTracks = {
      uuid,
      waiting: this.counterTrack(this.uuid(number, 5), "tasks waiting", uuid, 0),
      running: this.counterTrack(this.uuid(number, 6), "tasks running", uuid, 1),
      submitted: this.track(this.uuid(number, 1), "submitted", uuid, 2),
      joined: this.track(this.uuid(number, 2), "joined", uuid, 1_000_000),
      waits: new Lanes(mostWaitLanes),
      workers: new Map()
    }
    this.executors.set(number, made)
    return made
  }

  private workerTrack(executor: ExecutorTracks, row: RowView, begin: number, end: number): number {
    const worker = row.get(Column.worker)
    let lanes = executor.workers.get(worker)
    if (lanes === undefined) executor.workers.set(worker, (lanes = new Lanes()))
    return this.laneTrack(executor, row, lanes.place(begin, end) ?? 0)
  }

  private laneTrack(executor: ExecutorTracks, row: RowView, lane: number): number {
    const worker = row.get(Column.worker)
    const name = lane === 0 ? `worker ${worker}` : `worker ${worker} (${lane + 1})`
    const uuid = this.uuid(row.get(Column.executor), 4, (worker % 4096) * 512 + lane)
    return this.track(uuid, name, executor.uuid, 4 + worker)
  }

  /** The number of a track: of what executor, of what kind, and which of them. No two of a program are the same. */
  private uuid(executor: number, kind = 0, which = 0): number {
    return (((this.pid % 65_536) * 256 + executor) * 16 + kind) * 2_097_152 + (which % 2_097_152) + 1
  }

  private track(uuid: number, name: string, parent: number, rank: number): number {
    if (!this.tracks.has(uuid)) this.describe(uuid, name, { parent, rank })
    return uuid
  }

  private counterTrack(uuid: number, name: string, parent: number, rank: number): number {
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

  private event(time: number, type: number, track: number, name?: string, more?: () => void): void {
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

  private count(time: number, track: number, value: number): void {
    this.event(time, counter, track, undefined, () => this.out.uint(Event.counter, value))
  }

  /** An arrow from and to all events that have it, in the order of their times. */
  private flow(task: number): void {
    this.out.fixed64(Event.flow, this.pid, task)
  }

  private number(name: AnnotationName, value: number): void {
    if (value === 0 && name !== "lost") return
    const start = this.out.begin(Event.annotation)
    this.out.uint(Annotation.nameIid, annotationNames.indexOf(name) + 1)
    this.out.uint(Annotation.uint, value)
    this.out.end(start)
  }

  private word(name: AnnotationName, value: string): void {
    if (value === "") return
    const start = this.out.begin(Event.annotation)
    this.out.uint(Annotation.nameIid, annotationNames.indexOf(name) + 1)
    this.out.string(Annotation.string, value)
    this.out.end(start)
  }
}

/** A row, and the texts that it points to. */
class RowView {
  private readonly rows: Float64Array
  private readonly at: number
  private readonly texts: ReadonlyArray<string>

  constructor(rows: Float64Array, at: number, texts: ReadonlyArray<string>) {
    this.rows = rows
    this.at = at
    this.texts = texts
  }

  get(column: number): number {
    return this.rows[this.at + column]!
  }

  text(column: number): string {
    return this.texts[this.get(column)] ?? ""
  }
}
