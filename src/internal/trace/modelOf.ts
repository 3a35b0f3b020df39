import * as Record from "effect/Record"
import type { RawEvent, RawTrace, Track } from "./readTrace.ts"
import { columnOf } from "./NumberColumn.ts"
import { type Lane, outcomes, type Slices, tasksOfProgram, type TraceModel } from "./TraceModel.ts"

/** A counter whose values are being collected. */
interface OpenCounter {
  readonly name: string
  readonly group: number
  readonly times: Array<number>
  readonly values: Array<number>
}

/** Turns a trace into the model of the page. */
export const modelOf = (trace: RawTrace): TraceModel => {
  const builder = new ModelBuilder(trace)
  for (const event of trace.events) builder.add(event)
  return builder.finish()
}

/** The first bit of a durable task's flow is set. */
const isDurable = (flow: string): boolean => flow.length === 16 && flow >= "8"

/** The notes with which `Trace.record` and `Trace.interleave` end a trace. */
const isLastNote = (note: string): boolean => /^(recorded|schedule) /.test(note)

/** The duration of a slice whose end is not known yet. */
const unknown = -1

class ModelBuilder {
  private readonly trace: RawTrace
  private readonly processes: ReadonlyArray<Track>
  /** The places of programs, whose tasks have the same numbers. */
  private readonly programs = new Map<number, number>()
  private readonly start: number
  private last: number
  private readonly groups = new Map<number, number>()
  private readonly groupNames: Array<string> = []
  private readonly lanes = new Map<number, number>()
  private readonly laneList: Array<Lane> = []
  private readonly names = new Map<string, number>()
  private readonly slices: { readonly [Column in keyof Slices]: Array<number> } = {
    lane: [],
    start: [],
    duration: [],
    name: [],
    depth: [],
    task: [],
    outcome: [],
    waited: [],
    details: []
  }
  private readonly details: Array<Readonly<Record<string, string | number>>> = []
  private readonly knownDetails = new Map<string, number>()
  /** The slices of each track that have not ended. */
  private readonly open = new Map<number, Array<number>>()
  private readonly sliceOfFlow = new Map<string, number>()
  private readonly pendingFlows: Array<ReadonlyArray<string>> = []
  private readonly durable = new Map<string, string>()
  private readonly arrows = { from: new Array<number>(), to: new Array<number>() }
  private readonly counters = new Map<number, OpenCounter>()
  private readonly notes: Array<string> = []
  private readonly parents: ReadonlySet<number | undefined>

  constructor(trace: RawTrace) {
    this.trace = trace
    this.processes = Array.from(trace.tracks.values()).filter(({ isProcess }) => isProcess)
    this.parents = new Set(Array.from(trace.tracks.values(), ({ parent }) => parent))
    this.start = trace.events[0]?.time ?? 0
    this.last = this.start
    // All tracks in their order, even empty ones.
    for (const track of Array.from(trace.tracks.values()).toSorted((a, b) => a.rank - b.rank)) {
      if (track.parent !== undefined && !this.isLeaf(track)) this.group(track)
    }
    for (const track of Array.from(trace.tracks.values()).toSorted((a, b) => a.rank - b.rank)) {
      if (this.isLeaf(track) && /^worker \d+/.test(track.name)) this.lane(track)
    }
  }

  private isLeaf(track: Track): boolean {
    return !this.parents.has(track.uuid)
  }

  /** The number of a task in the model. Programs number their tasks alike. */
  private task(event: RawEvent, id: string | number): number {
    let place = this.programs.get(event.program)
    if (place === undefined) this.programs.set(event.program, (place = this.programs.size))
    return Number(id) === 0 ? 0 : Number(id) + place * tasksOfProgram
  }

  add(event: RawEvent): void {
    const track = this.trace.tracks.get(event.track)
    if (track === undefined) return
    if (event.time > this.last) this.last = event.time
    switch (event.type) {
      case "begin":
        return this.begin(event, track)
      case "end":
        return this.end(event)
      case "instant":
        return this.instant(event, track)
      case "counter":
        return this.count(event, track)
    }
  }

  private begin(event: RawEvent, track: Track): void {
    const { slices } = this
    const index = slices.start.length
    const stack = this.open.get(event.track) ?? []
    this.open.set(event.track, stack)
    const { id = 0, outcome, "waited (µs)": waited = 0, ...details } = event.details ?? {}
    slices.lane.push(this.lane(track))
    slices.start.push(event.time - this.start)
    slices.duration.push(unknown)
    slices.name.push(this.name(event.name))
    slices.depth.push(stack.length)
    slices.task.push(this.task(event, id))
    slices.outcome.push(outcomes.findIndex((each) => each === outcome) + 1)
    slices.waited.push(Number(waited))
    const { parent } = details
    slices.details.push(this.detail(parent === undefined ? details : { ...details, parent: this.task(event, parent) }))
    stack.push(index)
    for (const flow of event.flows) {
      // Submissions connect these.
      if (isDurable(flow)) continue
      const from = this.sliceOfFlow.get(flow)
      if (from === undefined) this.sliceOfFlow.set(flow, index)
      else this.arrow(from, index)
    }
  }

  private arrow(from: number, to: number): void {
    this.arrows.from.push(from)
    this.arrows.to.push(to)
  }

  private end(event: RawEvent): void {
    const index = this.open.get(event.track)?.pop()
    if (index !== undefined) this.slices.duration[index] = event.time - this.start - this.slices.start[index]!
  }

  /** An event with two flows connects the slices of both: a result, and the task that is made of it. */
  private instant(event: RawEvent, track: Track): void {
    const [own, ...others] = event.flows
    for (const other of others) {
      this.pendingFlows.push([own!, other])
      if (!isDurable(other)) continue
      const first = this.durable.get(other)
      if (first === undefined) this.durable.set(other, own!)
      else this.pendingFlows.push([own!, first])
    }
    if (track.name === "recording") this.notes.push(event.name)
  }

  private count(event: RawEvent, track: Track): void {
    let known = this.counters.get(event.track)
    if (known === undefined) {
      known = { name: track.name, group: this.groupOf(track), times: [], values: [] }
      this.counters.set(event.track, known)
    }
    known.times.push(event.time - this.start)
    known.values.push(event.value)
  }

  finish(): TraceModel {
    const { duration, start } = this.slices
    for (const [index, micros] of duration.entries()) {
      if (micros === unknown) duration[index] = this.last - this.start - start[index]!
    }
    for (const [own, origin] of this.pendingFlows) {
      const [from, to] = [this.sliceOfFlow.get(origin!), this.sliceOfFlow.get(own!)]
      if (from !== undefined && to !== undefined) this.arrow(from, to)
    }
    const names = new Set(this.processes.map(({ name }) => name))
    return {
      title: names.size === 0 ? "trace" : Array.from(names).join(", "),
      isSchedule: this.notes.some((note) => note.startsWith("schedule ")),
      startedAt: this.start,
      duration: this.last - this.start,
      groups: this.groupNames,
      lanes: this.laneList,
      names: Array.from(this.names.keys()),
      slices: Record.map(this.slices, columnOf),
      details: this.details,
      arrows: Record.map(this.arrows, columnOf),
      counters: Array.from(this.counters.values(), ({ times, values, ...counter }) => ({
        ...counter,
        times: columnOf(times),
        values: columnOf(values)
      })),
      notes: [...this.notes, ...this.missing()]
    }
  }

  private missing(): ReadonlyArray<string> {
    if (this.trace.isCut) return ["The file is cut off: what came later is missing"]
    const ends = this.notes.filter(isLastNote).length
    return ends < this.processes.length ? ["The recording did not end: what came last is missing"] : []
  }

  /** The index of the details plus 1. Tasks of a group often share them. */
  private detail(details: Readonly<Record<string, string | number>>): number {
    if (Object.keys(details).length === 0) return 0
    const key = JSON.stringify(details)
    const found = this.knownDetails.get(key)
    if (found !== undefined) return found
    const place = this.details.push(details)
    this.knownDetails.set(key, place)
    return place
  }

  private name(text: string): number {
    const found = this.names.get(text)
    if (found !== undefined) return found
    this.names.set(text, this.names.size)
    return this.names.size - 1
  }

  private lane(track: Track): number {
    const found = this.lanes.get(track.uuid)
    if (found !== undefined) return found
    const lane = this.laneList.push({
      name: track.name,
      group: this.groupOf(track),
      isWaiting: track.name === "waiting"
    })
    this.lanes.set(track.uuid, lane - 1)
    return lane - 1
  }

  private groupOf(track: Track): number {
    const parent = track.parent === undefined ? undefined : this.trace.tracks.get(track.parent)
    return this.group(parent ?? track)
  }

  /** If there are several programs, the name of an executor has its program after it. */
  private groupName(track: Track): string {
    const program = this.processes.find(({ uuid }) => uuid === track.parent)
    return program === undefined || this.processes.length < 2
      ? track.name
      : `${track.name} (${program.name} ${program.pid})`
  }

  private group(track: Track): number {
    const found = this.groups.get(track.uuid)
    if (found !== undefined) return found
    const group = this.groupNames.push(this.groupName(track)) - 1
    this.groups.set(track.uuid, group)
    return group
  }
}
