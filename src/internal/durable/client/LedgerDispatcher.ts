import * as Scope from "effect/Scope"
import type { Engine } from "../../executor/Engine.ts"
import { type Lease, Worker } from "../../executor/workers/WorkerPool.ts"
import type { Waiting } from "../../executor/TaskFuture.ts"
import { TaskQueue, unqueue } from "../../executor/queues/TaskQueue.ts"
import { TaskDispatcher } from "../../executor/workers/TaskDispatcher.ts"
import * as trampoline from "../../trampoline.ts"
import { DurableFuture } from "./DurableFuture.ts"
import type { LedgerCall } from "./LedgerCall.ts"

/** A place for one task at a time on a machine, as far as this program knows. */
class Place extends Worker {
  declare readonly machine: string
}

/** The places of a machine, as far as this program knows. */
interface Places {
  readonly all: Set<Place>
  readonly free: Array<Place>
}

// A lease of a remote place keeps nothing open.
const nothing = Scope.makeUnsafe()

/**
 * The machines of an executor, as far as its own tasks show them.
 *
 * The machines decide which task begins where, so nothing is leased here. As far as `maxWorkers` allows, a task is released to them. It
 * waits in `released` until a machine has claimed it, and then has a place of that machine.
 */
export class LedgerDispatcher extends TaskDispatcher {
  private readonly root: Engine
  private readonly released = new TaskQueue<Waiting>()
  private readonly onRelease: (call: LedgerCall) => void
  private readonly machines = new Map<string, Places>()
  /** How many places each machine has. */
  private readonly known = new Map<string, number>()
  /** The places of tasks, the oldest first. */
  private readonly leases = new Map<Lease, Place>()
  private lastId = 0
  private inFlight = 0

  constructor(engine: Engine, onRelease: (call: LedgerCall) => void) {
    super(engine)
    this.root = engine
    this.onRelease = onRelease
  }

  override get size(): number {
    let size = 0
    for (const { all } of this.machines.values()) size += all.size
    return size
  }

  override get queues(): Array<TaskQueue<Waiting>> {
    return [this.released, this.root.queue]
  }

  override get hasUnused(): boolean {
    return false
  }

  /** Whether another task could begin at once, as far as this program knows. */
  override get isBelowLimit(): boolean {
    const { maxWorkers } = this.root.admission
    return maxWorkers !== Infinity && this.inFlight < maxWorkers
  }

  override releaseUnused(): void {}

  // Released tasks stay released, because a machine may have claimed them.
  override admissionChanged(): void {}

  override request(): void {
    const { admission } = this.root
    while (this.inFlight < admission.maxWorkers) {
      const node = admission.takeNext()
      // Tasks elsewhere never ask for a worker back.
      if (!(node instanceof DurableFuture)) return
      this.inFlight++
      this.released.push(node)
      const { call } = node
      call.released()
      this.onRelease(call)
    }
  }

  /** A machine has claimed it. */
  began(call: LedgerCall, machine: string): void {
    if (call.lease !== undefined || !call.isReleased || call.future.state !== "pending") return
    trampoline.change(() => {
      unqueue(call.future)
      const worker = this.placeOn(machine)
      const lease = { worker, scope: nothing }
      call.granted(lease)
      this.leases.set(lease, worker)
      this.root.grant(call.future, lease)
      this.root.changed()
    })
  }

  /** Another machine has claimed it. */
  moved({ future }: LedgerCall, lease: Lease, machine: string): void {
    this.vacate(lease)
    const place = this.placeOn(machine)
    this.leases.set(lease, place)
    future.engine.events.startedAgain(future, place.id)
  }

  private placeOn(machine: string): Place {
    let places = this.machines.get(machine)
    if (places === undefined) this.machines.set(machine, (places = { all: new Set(), free: [] }))
    const free = places.free.pop()
    if (free !== undefined) return free
    // A machine begins its next task before this program knows that the last one has ended.
    const isFull = places.all.size >= (this.known.get(machine) ?? Infinity)
    return (isFull ? this.takeOver(machine) : undefined) ?? this.newPlace(places, machine)
  }

  private newPlace({ all }: Places, machine: string): Place {
    const place = new Place(++this.lastId, machine)
    all.add(place)
    this.root.events.workerStarted(place.id)
    return place
  }

  /** The place whose task has been running the longest. */
  private takeOver(machine: string): Place | undefined {
    for (const [lease, place] of this.leases) {
      if (place.machine !== machine) continue
      this.leases.delete(lease)
      return place
    }
    return undefined
  }

  /** Whether it is known how many places that machine has. */
  knows(machine: string): boolean {
    return this.known.has(machine)
  }

  learn(machine: string, places: number): void {
    this.known.set(machine, places)
  }

  /** Forgets the free places of machines that are gone. Their tasks will be lost or settled soon. */
  keep(machines: ReadonlySet<string>): void {
    for (const machine of this.known.keys()) if (!machines.has(machine)) this.known.delete(machine)
    for (const [machine, { all, free }] of this.machines) {
      if (machines.has(machine)) continue
      for (const place of free.splice(0)) {
        all.delete(place)
        this.root.events.workerEnded(place.id, "closed", undefined)
      }
      if (all.size === 0) this.machines.delete(machine)
    }
  }

  /** The executor has ended. The machines go on, for others. */
  end(): void {
    const places = Array.from(this.machines.values(), ({ all }) => Array.from(all)).flat()
    this.machines.clear()
    for (const { id } of places) this.root.events.workerEnded(id, "closed", undefined)
  }

  /** The call will never begin. */
  left(call: LedgerCall): void {
    if (call.lease !== undefined || !call.isReleased) return
    call.withdrawn()
    this.inFlight--
  }

  override useOrRelease(lease: Lease): void {
    this.vacate(lease)
    this.inFlight--
    this.request()
  }

  /** Another task may have the place by now. */
  private vacate(lease: Lease): void {
    const place = this.leases.get(lease)
    this.leases.delete(lease)
    if (place !== undefined) this.machines.get(place.machine)?.free.push(place)
  }
}
