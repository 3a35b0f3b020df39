import { Note, PacketWriter, type Track } from "./PacketWriter.ts"
import {
  Column,
  columns,
  Detail,
  executorOf,
  kindOf,
  noTime,
  Origin,
  outcomeOf,
  outcomes,
  Row,
  type TraceChunk
} from "./TraceChunk.ts"

/** The number of lines for waiting tasks, at most. Further waits are not drawn. */
const mostWaitLanes = 128
/** An arrow to a task is drawn if it is among the last so many. */
const rememberedTasks = 65_536

/** The last tasks. Each takes the place of the one that came so many tasks before. */
class RecentTasks {
  private readonly tasks = new Float64Array(rememberedTasks)

  has(task: number): boolean {
    return task > 0 && this.tasks[task % rememberedTasks] === task
  }

  add(task: number): void {
    this.tasks[task % rememberedTasks] = task
  }
}

/** Puts slices into as few lines as possible. */
class Lanes {
  private readonly tracks: Array<Track> = []
  private readonly ends: Array<number> = []
  private readonly most: number
  private readonly trackOf: (lane: number) => Track
  /** No line is free before this time. */
  private firstEnd = Infinity

  constructor(trackOf: (lane: number) => Track, most = Infinity) {
    this.trackOf = trackOf
    this.most = most
  }

  /** The line for a slice, or `undefined` if all are taken. A later slice that begins before this one ends gets another line. */
  place(begin: number, end: number): Track | undefined {
    const { ends } = this
    let lane = 0
    if (begin < this.firstEnd) {
      if (ends.length >= this.most) return undefined
      lane = ends.length
    } else {
      while (ends[lane]! > begin) lane++
    }
    const before = ends[lane]
    ends[lane] = end
    if (ends.length === 1 || before === this.firstEnd) this.firstEnd = least(ends)
    else if (end < this.firstEnd) this.firstEnd = end
    return this.track(lane)
  }

  track(lane: number): Track {
    return (this.tracks[lane] ??= this.trackOf(lane))
  }
}

const least = (numbers: ReadonlyArray<number>): number => {
  let least = Infinity
  for (const number of numbers) if (number < least) least = number
  return least
}

interface ExecutorTracks {
  readonly uuid: number
  readonly submitted: Track
  readonly joined: Track
  readonly waiting: Track
  readonly running: Track
  readonly waits: Lanes
  readonly workers: Map<number, Lanes>
}

/**
 * Turns rows into Perfetto's format, piece by piece. Each piece can be written at once, and the memory depends on the number of workers.
 *
 * The slices of a task are written when it has ended, so packets are not in the order of their times. Perfetto sorts them. If the clock of a
 * test goes back, no slice ends before it begins.
 */
export class TraceEncoder {
  private readonly out: PacketWriter
  /** The first number of the program's tracks, and how many it has. */
  private readonly firstUuid: number
  private tracks = 0
  private readonly program: number
  private recording: Track | undefined
  private readonly executors = new Map<number, ExecutorTracks>()
  private readonly names = new Map<number, string>()
  private readonly recent = new RecentTasks()
  private readonly outcomeBytes: ReadonlyArray<Uint8Array>
  private readonly seen = { tasks: 0, lost: 0, last: 0 }

  /**
   * `name` is the name of the program. `number` distinguishes it from others whose traces are joined with this one. The number of the
   * process would not: in containers most have the same.
   */
  constructor(pid: number, name: string, number = 1 + Math.floor(Math.random() * mostPrograms)) {
    this.out = new PacketWriter(number)
    this.firstUuid = number * tracksOfProgram
    this.program = this.newUuid()
    this.out.program(this.program, pid, name)
    this.outcomeBytes = outcomes.map((outcome) => this.out.kept(() => this.out.word(Note.outcome, outcome)))
  }

  /** The bytes since the last call. They are valid until more are added. */
  take(): Uint8Array<ArrayBuffer> {
    return this.out.take()
  }

  add(chunk: TraceChunk): void {
    const row = new RowView(chunk)
    while (row.next()) {
      const time = row.get(Column.time)
      if (time > this.seen.last) this.seen.last = time
      this.addRow(row)
    }
  }

  private addRow(row: RowView): void {
    switch (row.kind) {
      case Row.executor:
        return void this.names.set(row.executor, row.text(Column.name))
      case Row.task:
        return this.task(row)
      case Row.attempt:
        return this.attempt(row)
      case Row.join:
        return this.join(row)
      case Row.workerStarted:
        return this.workerEvent(row, "worker starts")
      case Row.workerEnded:
        return this.workerEvent(row, `worker ends: ${row.text(Column.reason)}`)
      case Row.depth:
        return this.depth(row)
      case Row.lost:
        return this.lost(row)
      case Row.unlisted:
        return this.unlisted(row)
    }
  }

  /** Ends the trace with a note on how complete it is. */
  finish(): void {
    const { last, lost, tasks } = this.seen
    this.note(last, `recorded ${tasks} tasks, ${lost} rows lost`, lost)
  }

  // ------------------------------------------------------------------- events

  private task(row: RowView): void {
    this.seen.tasks++
    const { out } = this
    const executor = this.executor(row)
    const id = row.get(Column.id)
    const name = row.taskName
    const submitted = row.get(Column.submitted)
    const started = row.get(Column.started)
    const hasArrow = submitted !== noTime && started !== noTime
    if (submitted !== noTime) {
      const after = row.origin(Origin.after)
      out.begin("instant", executor.submitted, submitted, name)
      out.number(Note.id, id)
      out.number(Note.parent, row.origin(Origin.parent))
      if (hasArrow) out.flow(id)
      if (this.recent.has(after)) out.flow(after)
      if (hasArrow && row.detail(Detail.isDurable) === 1) out.durableFlow(row.detailText(Detail.key))
      out.end()
    }
    if (started === noTime) this.unbegun(executor, row, name, submitted, row.get(Column.time))
    else {
      if (submitted !== noTime && submitted < started) this.wait(executor, row, name, submitted, started)
      this.run(executor, row, name, hasArrow)
    }
    if (hasArrow) this.recent.add(id)
  }

  private wait(executor: ExecutorTracks, row: RowView, name: string, begin: number, end: number): void {
    const track = executor.waits.place(begin, end)
    if (track === undefined) return
    this.out.begin("begin", track, begin, name)
    this.out.number(Note.id, row.get(Column.id))
    this.out.end()
    this.out.sliceEnd(track, end)
  }

  /** A task that never had a worker. Its slice tells how it has ended, so it gets one even if no line is free: a short one at its end. */
  private unbegun(executor: ExecutorTracks, row: RowView, name: string, submitted: number, end: number): void {
    const free = submitted !== noTime && submitted < end ? executor.waits.place(submitted, end) : undefined
    const track = free ?? executor.waits.track(mostWaitLanes)
    this.out.begin("begin", track, free === undefined ? end : submitted, name)
    this.out.number(Note.id, row.get(Column.id))
    this.outcome(row)
    if (free === undefined && submitted !== noTime) this.out.number(Note["waited (µs)"], end - submitted)
    this.out.end()
    this.out.sliceEnd(track, end)
  }

  private run(executor: ExecutorTracks, row: RowView, name: string, hasArrow: boolean): void {
    const { out } = this
    const started = row.get(Column.started)
    const ended = Math.max(started, row.get(Column.time))
    const submitted = row.get(Column.submitted)
    const lanes = this.lanesOf(executor, row)
    const track = lanes.place(started, ended) ?? lanes.track(0)
    out.begin("begin", track, started, name)
    out.number(Note.id, row.get(Column.id))
    this.outcome(row)
    const attempt = row.origin(Origin.attempt)
    if (attempt > 1) out.number(Note.attempt, attempt)
    if (submitted !== noTime) out.number(Note["waited (µs)"], started - submitted)
    out.number(Note.parent, row.origin(Origin.parent))
    if (hasArrow) out.flow(row.get(Column.id))
    // Here too: the executor that has submitted the task, or its machine, may be in no trace, and an arrow has two ends.
    if (hasArrow && row.detail(Detail.isDurable) === 1) out.durableFlow(row.detailText(Detail.key))
    out.end()
    const running = row.get(Column.running)
    const cleaningUp = row.hasDetails ? row.detail(Detail.cleaningUp) : noTime
    const firstEnd = Math.min(ended, running !== noTime ? running : cleaningUp !== noTime ? cleaningUp : ended)
    if (firstEnd > started) out.slice(track, "starting", started, firstEnd)
    const last = Math.max(started, firstEnd, cleaningUp)
    if (cleaningUp !== noTime && ended > last) out.slice(track, "cleaning up", last, ended)
    out.sliceEnd(track, ended)
  }

  /** A slice without an outcome, so that nobody counts it as a task. */
  private attempt(row: RowView): void {
    const { out } = this
    const started = row.get(Column.started)
    const ended = Math.max(started, row.get(Column.time))
    const lanes = this.lanesOf(this.executor(row), row)
    const track = lanes.place(started, ended) ?? lanes.track(0)
    out.begin("begin", track, started, row.taskName)
    out.number(Note.id, row.get(Column.id))
    out.number(Note.attempt, row.get(Column.attempt))
    out.end()
    const running = row.get(Column.running)
    const firstEnd = Math.min(ended, running !== noTime ? running : ended)
    if (firstEnd > started) out.slice(track, "starting", started, firstEnd)
    out.sliceEnd(track, ended)
  }

  private outcome(row: RowView): void {
    const { out } = this
    out.again(this.outcomeBytes[row.outcome]!)
    if (!row.hasDetails) return
    out.word(Note.error, row.detailText(Detail.error))
    out.word(Note.stuckAt, row.detailText(Detail.stuckAt))
    out.word(Note.group, row.detailText(Detail.group))
    out.word(Note.key, row.detailText(Detail.key))
    out.number(Note.cost, row.detail(Detail.cost))
  }

  private join(row: RowView): void {
    const { out } = this
    const id = row.get(Column.id)
    out.begin("instant", this.executor(row).joined, row.get(Column.time), row.taskName)
    out.number(Note.id, id)
    out.number(Note.by, row.get(Column.by))
    if (this.recent.has(id)) out.flow(id)
    out.end()
  }

  private workerEvent(row: RowView, what: string): void {
    const track = this.lanesOf(this.executor(row), row).track(0)
    this.out.begin("instant", track, row.get(Column.time), what)
    this.out.word(Note.reason, row.text(Column.message))
    this.out.end()
  }

  private depth(row: RowView): void {
    const executor = this.executor(row)
    const time = row.get(Column.time)
    this.out.count(executor.waiting, time, row.get(Column.id))
    this.out.count(executor.running, time, row.get(Column.worker))
  }

  private lost(row: RowView): void {
    const count = row.get(Column.id)
    this.seen.lost += count
    const time = row.get(Column.time)
    this.note(time === noTime ? this.seen.last : time, `${count} rows lost`, count)
  }

  private unlisted(row: RowView): void {
    const name = this.names.get(row.executor) ?? ""
    this.note(row.get(Column.time), `${row.get(Column.id)} more tasks waited in "${name}" at the end`, 0)
  }

  private note(time: number, text: string, lost: number): void {
    const track = (this.recording ??= this.out.track(this.newUuid(), "recording", this.program, 0))
    this.out.begin("instant", track, time, text)
    this.out.number(Note.lost, lost)
    this.out.end()
  }

  // ------------------------------------------------------------------- tracks

  private executor(row: RowView): ExecutorTracks {
    const number = row.executor
    const found = this.executors.get(number)
    if (found !== undefined) return found
    const uuid = this.newUuid()
    this.out.group(uuid, this.names.get(number) ?? `executor ${number}`, this.program, number)
    const made: ExecutorTracks = {
      uuid,
      waiting: this.out.counterTrack(this.newUuid(), "tasks waiting", uuid, 0),
      running: this.out.counterTrack(this.newUuid(), "tasks running", uuid, 1),
      submitted: this.out.track(this.newUuid(), "submitted", uuid, 2),
      joined: this.out.track(this.newUuid(), "joined", uuid, 1_000_000),
      waits: new Lanes(() => this.out.track(this.newUuid(), "waiting", uuid, 3), mostWaitLanes),
      workers: new Map()
    }
    this.executors.set(number, made)
    return made
  }

  /** The lines of a worker. In a group of fibers, a worker may have several tasks at a time. */
  private lanesOf(executor: ExecutorTracks, row: RowView): Lanes {
    const worker = row.get(Column.worker)
    const found = executor.workers.get(worker)
    if (found !== undefined) return found
    const made = new Lanes((lane) => {
      const name = lane === 0 ? `worker ${worker}` : `worker ${worker} (${lane + 1})`
      return this.out.track(this.newUuid(), name, executor.uuid, 4 + worker)
    })
    executor.workers.set(worker, made)
    return made
  }

  private newUuid(): number {
    return this.firstUuid + this.tracks++
  }
}

/** The numbers of programs, and how many tracks each may have. Together they fit into the seven bytes of a short varint. */
const mostPrograms = 2 ** 20
const tracksOfProgram = 2 ** 26

/** Reads a chunk row by row. The origin and the details of a task, in the rows after its own, belong to its row. */
class RowView {
  kind = 0
  executor = 0
  outcome = 0
  /** The places of the rows of these kinds; 0 if there are none, as the first row of a chunk is of another kind. */
  private originAt = 0
  private detailsAt = 0
  private readonly rows: Float64Array
  private readonly texts: ReadonlyArray<string>
  private readonly end: number
  private at = 0
  private nextAt = 0

  constructor({ count, rows, texts }: TraceChunk) {
    this.rows = rows
    this.texts = texts
    this.end = count * columns
  }

  /** Goes on to the next row. `false` if there is none. */
  next(): boolean {
    const { end, rows } = this
    const at = (this.at = this.nextAt)
    if (at >= end) return false
    const head = rows[at]!
    this.kind = kindOf(head)
    this.executor = executorOf(head)
    this.outcome = outcomeOf(head)
    this.originAt = this.detailsAt = 0
    let next = at + columns
    for (; next < end; next += columns) {
      const kind = kindOf(rows[next]!)
      if (kind === Row.origin) this.originAt = next
      else if (kind === Row.details) this.detailsAt = next
      else break
    }
    this.nextAt = next
    return true
  }

  get(column: number): number {
    return this.rows[this.at + column]!
  }

  text(column: number): string {
    return this.texts[this.get(column)] ?? ""
  }

  /** Like the default name of a future. */
  get taskName(): string {
    return this.get(Column.name) === 0 ? `task-${this.get(Column.id)}` : this.text(Column.name)
  }

  origin(column: number): number {
    return this.originAt === 0 ? 0 : this.rows[this.originAt + column]!
  }

  get hasDetails(): boolean {
    return this.detailsAt !== 0
  }

  detail(column: number): number {
    return this.detailsAt === 0 ? 0 : this.rows[this.detailsAt + column]!
  }

  detailText(column: number): string {
    return this.texts[this.detail(column)] ?? ""
  }
}
