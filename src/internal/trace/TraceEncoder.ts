import { instant, PacketWriter, sliceBegin, sliceEnd } from "./PacketWriter.ts"
import { Column, columns, outcomes, Row, type TraceChunk } from "./TraceChunk.ts"

/** Waits are drawn in so many lines, at most; a wait for which there is no line is only a number. */
const mostWaitLanes = 128
/** An arrow to a task is drawn if it was among the last so many. */
const rememberedTasks = 65_536

/** The last so many tasks. A set alone takes ever longer to find its oldest, as it passes over all that were deleted before. */
class RecentTasks {
  private readonly known = new Set<number>()
  private readonly order = new Float64Array(rememberedTasks)
  private next = 0

  has(task: number): boolean {
    return this.known.has(task)
  }

  add(task: number): void {
    this.known.delete(this.order[this.next]!)
    this.order[this.next] = task
    this.next = (this.next + 1) % rememberedTasks
    this.known.add(task)
  }
}

/** Slices after each other, in lines that are only as many as there have to be. */
class Lanes {
  private readonly ends: Array<number> = []
  private readonly most: number
  /** No line is free before. */
  private firstEnd = Infinity

  constructor(most = Infinity) {
    this.most = most
  }

  /** The line for a slice; `undefined` if all are taken. Later slices may begin before this one ends, and then have another line. */
  place(begin: number, end: number): number | undefined {
    if (this.ends.length >= this.most && begin < this.firstEnd) return undefined
    let lane = this.ends.findIndex((last) => last <= begin)
    if (lane === -1) lane = this.ends.length
    this.ends[lane] = end
    this.firstEnd = Math.min(...this.ends)
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
  private readonly out: PacketWriter
  private readonly pid: number
  private readonly executors = new Map<number, ExecutorTracks>()
  private readonly names = new Map<number, string>()
  private readonly recent = new RecentTasks()
  private readonly seen = { tasks: 0, lost: 0, last: 0 }

  /** `name` is the program's. */
  constructor(pid: number, name: string) {
    this.pid = pid
    this.out = new PacketWriter(pid)
    this.out.program(this.uuid(0), name)
  }

  /** The bytes since the last time. */
  take(): Uint8Array<ArrayBuffer> {
    return this.out.take()
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
    this.out.event(last, instant, this.noteTrack(), `recorded ${tasks} tasks, ${lost} rows lost`, () =>
      this.out.number("lost", lost)
    )
  }

  // ------------------------------------------------------------------- events

  private task(row: RowView): void {
    this.seen.tasks++
    const executor = this.executor(row)
    const [id, name, ended] = [row.get(Column.id), row.taskName, row.get(Column.time)]
    const [submitted, started] = [row.get(Column.submitted), row.get(Column.started)]
    const after = row.get(Column.after)
    const hasArrow = submitted > 0 && started > 0
    if (submitted > 0) {
      const origin = this.recent.has(after) ? after : 0
      this.out.event(submitted, instant, executor.submitted, name, () => {
        this.out.number("id", id)
        this.out.number("parent", row.get(Column.parent))
        if (hasArrow) this.out.flow(id)
        if (origin > 0) this.out.flow(origin)
        if (row.get(Column.isDurable) === 1) this.out.durableFlow(row.text(Column.key))
      })
      this.wait(executor, row, submitted, started === 0 ? ended : started)
    }
    if (started > 0) this.run(executor, row, hasArrow)
    if (!hasArrow) return
    this.recent.add(id)
  }

  private wait(executor: ExecutorTracks, row: RowView, begin: number, end: number): void {
    if (end <= begin) return
    const lane = executor.waits.place(begin, end)
    if (lane === undefined) return
    const track = this.out.track(this.uuid(row.get(Column.executor), 3, lane), "waiting", executor.uuid, 3)
    const hasRun = row.get(Column.started) > 0
    this.out.event(begin, sliceBegin, track, row.taskName, () => {
      this.out.number("id", row.get(Column.id))
      if (!hasRun) this.outcome(row)
    })
    this.out.event(end, sliceEnd, track)
  }

  private run(executor: ExecutorTracks, row: RowView, hasArrow: boolean): void {
    const [started, ended] = [row.get(Column.started), row.get(Column.time)]
    const track = this.workerTrack(executor, row, started, ended)
    this.out.event(started, sliceBegin, track, row.taskName, () => {
      this.out.number("id", row.get(Column.id))
      this.outcome(row)
      const attempt = row.get(Column.attempt)
      if (attempt > 1) this.out.number("attempt", attempt)
      this.out.number("waited (µs)", row.get(Column.submitted) > 0 ? started - row.get(Column.submitted) : 0)
      this.out.number("parent", row.get(Column.parent))
      if (hasArrow) this.out.flow(row.get(Column.id))
    })
    const running = row.get(Column.running)
    const cleaningUp = row.get(Column.cleaningUp)
    const firstEnd = running > 0 ? running : cleaningUp > 0 ? cleaningUp : ended
    if (firstEnd > started) this.out.slice(track, "starting", started, firstEnd)
    if (cleaningUp > 0 && ended > cleaningUp) this.out.slice(track, "cleaning up", cleaningUp, ended)
    this.out.event(ended, sliceEnd, track)
  }

  private outcome(row: RowView): void {
    this.out.word("outcome", outcomes[row.get(Column.outcome)] ?? "open")
    this.out.word("error", row.text(Column.error))
    this.out.word("stuckAt", row.text(Column.detail))
    this.out.word("group", row.text(Column.group))
    this.out.word("key", row.text(Column.key))
    this.out.number("cost", row.get(Column.cost))
  }

  private join(row: RowView): void {
    const id = row.get(Column.id)
    const hasArrow = this.recent.has(id)
    this.out.event(row.get(Column.time), instant, this.executor(row).joined, row.taskName, () => {
      this.out.number("id", id)
      this.out.number("by", row.get(Column.parent))
      if (hasArrow) this.out.flow(id)
    })
  }

  private workerEvent(row: RowView, what: string): void {
    const executor = this.executor(row)
    const track = this.laneTrack(executor, row, 0)
    this.out.event(row.get(Column.time), instant, track, what, () => this.out.word("reason", row.text(Column.detail)))
  }

  private depth(row: RowView): void {
    const executor = this.executor(row)
    this.out.count(row.get(Column.time), executor.waiting, row.get(Column.id))
    this.out.count(row.get(Column.time), executor.running, row.get(Column.worker))
  }

  private lost(row: RowView): void {
    const count = row.get(Column.id)
    this.seen.lost += count
    const time = row.get(Column.time)
    this.out.event(time > 0 ? time : this.seen.last, instant, this.noteTrack(), `${count} rows lost`, () =>
      this.out.number("lost", count)
    )
  }

  // ------------------------------------------------------------------- tracks

  private noteTrack(): number {
    return this.out.track(this.uuid(0, 9), "recording", this.uuid(0), 0)
  }

  private executor(row: RowView): ExecutorTracks {
    const number = row.get(Column.executor)
    const found = this.executors.get(number)
    if (found !== undefined) return found
    const uuid = this.uuid(number)
    this.out.group(uuid, this.names.get(number) ?? `executor ${number}`, this.uuid(0), number)
    const made: ExecutorTracks = {
      uuid,
      waiting: this.out.counterTrack(this.uuid(number, 5), "tasks waiting", uuid, 0),
      running: this.out.counterTrack(this.uuid(number, 6), "tasks running", uuid, 1),
      submitted: this.out.track(this.uuid(number, 1), "submitted", uuid, 2),
      joined: this.out.track(this.uuid(number, 2), "joined", uuid, 1_000_000),
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
    return this.out.track(uuid, name, executor.uuid, 4 + worker)
  }

  /** The number of a track: of what executor, of what kind, and which of them. No two of a program are the same. */
  private uuid(executor: number, kind = 0, which = 0): number {
    return (((this.pid % 65_536) * 256 + executor) * 16 + kind) * 2_097_152 + (which % 2_097_152) + 1
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

  /** As futures call themselves that were given no name. */
  get taskName(): string {
    return this.get(Column.name) === 0 ? `task-${this.get(Column.id)}` : this.text(Column.name)
  }

  text(column: number): string {
    return this.texts[this.get(column)] ?? ""
  }
}
