import * as Scope from "effect/Scope"
import type { Engine } from "../../executor/Engine.ts"
import type { Lease, Worker } from "../../executor/Lanes.ts"
import { TaskQueue, unqueue } from "../../executor/TaskQueue.ts"
import { Workforce } from "../../executor/Workforce.ts"
import * as trampoline from "../../trampoline.ts"
import { DurableFuture } from "./DurableFuture.ts"
import type { LedgerCall } from "./LedgerCall.ts"

/** A place for one task at a time on some machine, as far as this program has seen. */
interface Place extends Worker {
  readonly machine: string
}

// Nothing is kept open for a lease of what is elsewhere.
const nothing = Scope.makeUnsafe()

/**
 * The machines that work for an executor, as its own tasks show them.
 *
 * Which task begins where, the machines decide. So nothing is leased here: a task is released to them, as far as
 * `maxWorkers` allows, stands in line in `released` until one has claimed it, and has a place of that machine from then on.
 */
export class LedgerWorkforce extends Workforce {
  private readonly root: Engine
  private readonly released = new TaskQueue()
  private readonly onRelease: (call: LedgerCall) => void
  private readonly free = new Map<string, Array<Place>>()
  private places = 0
  private inFlight = 0

  constructor(engine: Engine, onRelease: (call: LedgerCall) => void) {
    super(engine)
    this.root = engine
    this.onRelease = onRelease
  }

  override get size(): number {
    return this.places
  }

  override get lines(): Array<TaskQueue> {
    return [this.released, this.root.queue]
  }

  override get hasSpare(): boolean {
    return false
  }

  /** Whether one more could begin at once, as far as can be told. */
  override get hasRoom(): boolean {
    const { maxWorkers } = this.root.options
    return maxWorkers !== Infinity && this.inFlight < maxWorkers
  }

  override releaseSpare(): void {}

  override request(): void {
    while (this.inFlight < this.root.options.maxWorkers) {
      const node = this.root.queue.take()
      // Tasks elsewhere never ask for a worker back.
      if (!(node instanceof DurableFuture)) return
      this.inFlight++
      this.released.push(node)
      const { call } = node
      call.isReleased = true
      this.onRelease(call)
    }
  }

  /** A machine has claimed it. */
  began(call: LedgerCall, machine: string): void {
    if (call.lease !== undefined || !call.isReleased || call.future.state !== "pending") return
    const isOutermost = trampoline.enter()
    try {
      unqueue(call.future)
      const worker = this.free.get(machine)?.pop() ?? this.newPlace(machine)
      call.lease = { worker, scope: nothing }
      this.root.grant(call.future, call.lease)
      this.root.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  private newPlace(machine: string): Place {
    const id = ++this.places
    this.root.workerStarted(id)
    return { id, machine, endReason: undefined }
  }

  /** The executor has ended. Those that work for it go on, for others. */
  end(): void {
    const count = this.places
    this.places = 0
    this.free.clear()
    for (let worker = 1; worker <= count; worker++) this.root.workerEnded(worker, "closed", undefined)
  }

  /** It will never begin. */
  left(call: LedgerCall): void {
    if (call.lease !== undefined || !call.isReleased) return
    call.isReleased = false
    this.inFlight--
  }

  override useOrRelease({ worker }: Lease): void {
    // All leases are of `began`.
    const place = worker as Place
    const free = this.free.get(place.machine)
    if (free === undefined) this.free.set(place.machine, [place])
    else free.push(place)
    this.inFlight--
    this.request()
  }
}
