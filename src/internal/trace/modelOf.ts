import type { RawEvent, RawTrace, Track } from "./readTrace.ts"
import { type Counter, type Lane, outcomes, SliceColumn, sliceNumbers, type TraceModel } from "./TraceModel.ts"

/** A slice that has begun. */
interface Open {
  readonly index: number
  readonly begin: RawEvent
}

/** Makes of a trace what the page shows. */
export const modelOf = (trace: RawTrace): TraceModel => {
  const builder = new ModelBuilder(trace)
  for (const event of trace.events) builder.add(event)
  return builder.finish()
}

/** The arrows of durable tasks have their first bit set. */
const isDurable = (flow: string): boolean => flow.length === 16 && flow >= "8"

class ModelBuilder {
  private readonly trace: RawTrace
  private readonly start: number
  private last: number
  private readonly groups = new Map<number, number>()
  private readonly groupNames: Array<string> = []
  private readonly lanes = new Map<number, number>()
  private readonly laneList: Array<Lane> = []
  private readonly names = new Map<string, number>()
  private readonly slices: Array<number> = []
  private readonly details: Array<Readonly<Record<string, string | number>>> = []
  private readonly open = new Map<number, Array<Open>>()
  private readonly sliceOfFlow = new Map<string, number>()
  private readonly pendingFlows: Array<ReadonlyArray<string>> = []
  private readonly durable = new Map<string, string>()
  private readonly arrows: Array<number> = []
  private readonly counters = new Map<number, { readonly counter: Counter; readonly points: Array<number> }>()
  private readonly notes: Array<string> = []

  constructor(trace: RawTrace) {
    this.trace = trace
    this.start = trace.events[0]?.time ?? 0
    this.last = this.start
    // In their order, whether anything happens there or not.
    for (const track of Array.from(trace.tracks.values()).toSorted((a, b) => a.rank - b.rank)) {
      if (track.parent !== undefined && !this.isLeaf(track)) this.group(track)
    }
    for (const track of Array.from(trace.tracks.values()).toSorted((a, b) => a.rank - b.rank)) {
      if (/^worker \d+/.test(track.name)) this.lane(track)
    }
  }

  private isLeaf(track: Track): boolean {
    for (const other of this.trace.tracks.values()) if (other.parent === track.uuid) return false
    return true
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
    const index = this.slices.length / sliceNumbers
    const stack = this.open.get(event.track) ?? []
    this.open.set(event.track, stack)
    const { id = 0, outcome, "waited (µs)": waited = 0, ...details } = event.details ?? {}
    this.slices.push(
      this.lane(track),
      event.time - this.start,
      -1,
      this.name(event.name),
      stack.length,
      Number(id),
      outcomes.findIndex((each) => each === outcome),
      Number(waited),
      this.detail(details)
    )
    stack.push({ index, begin: event })
    for (const flow of event.flows) {
      const from = this.sliceOfFlow.get(flow)
      if (from === undefined) this.sliceOfFlow.set(flow, index)
      else this.arrows.push(from, index)
    }
  }

  private end(event: RawEvent): void {
    const slice = this.open.get(event.track)?.pop()
    if (slice !== undefined)
      this.slices[slice.index * sliceNumbers + SliceColumn.duration] = event.time - slice.begin.time
  }

  /** An event that has two arrows connects the slices of both: a result, and the task that is made of it. */
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
      const points: Array<number> = []
      known = { counter: { name: track.name, group: this.groupOf(track), points }, points }
      this.counters.set(event.track, known)
    }
    known.points.push(event.time - this.start, event.value)
  }

  finish(): TraceModel {
    for (let at = 0; at < this.slices.length; at += sliceNumbers) {
      if (this.slices[at + SliceColumn.duration]! >= 0) continue
      this.slices[at + SliceColumn.duration] = this.last - this.start - this.slices[at + SliceColumn.start]!
    }
    for (const [own, origin] of this.pendingFlows) {
      const [from, to] = [this.sliceOfFlow.get(origin!), this.sliceOfFlow.get(own!)]
      if (from !== undefined && to !== undefined) this.arrows.push(from, to)
    }
    const root = Array.from(this.trace.tracks.values()).find((track) => track.isProcess)
    return {
      title: root?.name ?? "trace",
      startedAt: this.start,
      duration: this.last - this.start,
      groups: this.groupNames,
      lanes: this.laneList,
      names: Array.from(this.names.keys()),
      slices: this.slices,
      details: this.details,
      arrows: this.arrows,
      counters: Array.from(this.counters.values(), ({ counter }) => counter),
      notes: this.notes
    }
  }

  private detail(details: Readonly<Record<string, string | number>>): number {
    return Object.keys(details).length === 0 ? -1 : this.details.push(details) - 1
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

  private group(track: Track): number {
    const found = this.groups.get(track.uuid)
    if (found !== undefined) return found
    const group = this.groupNames.push(track.name) - 1
    this.groups.set(track.uuid, group)
    return group
  }
}
