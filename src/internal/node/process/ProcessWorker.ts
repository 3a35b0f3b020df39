import type { WorkerEnd } from "../../executor/WorkerEnd.ts"
import type { Call, CallEnd, CallReply } from "../../remote/Call.ts"
import { ImportWatch } from "../../remote/client/ImportWatch.ts"
import type { WorkerHandle } from "../../remote/client/WorkerHandle.ts"
import { bareFrame, decodePayload, encodeFrame } from "./encoding.ts"
import { type Frame, Kind } from "./Frame.ts"
import { Marks } from "./Marks.ts"
import { type CallEntry, ProcessCalls } from "./ProcessCalls.ts"
import type { ProcessOptions } from "./ProcessOptions.ts"
import { Stopping, type StoppingLimits } from "./Stopping.ts"
import { watchdog } from "./Watchdog.ts"
import { type ProcessEnd, WorkerChild } from "./WorkerChild.ts"
import type { WorkerConfig } from "./WorkerConfig.ts"
import { mainModule } from "../mainModule.ts"
import { workerFile } from "../workerFile.ts"

/** A worker process, on the parent's side. */
export class ProcessWorker implements WorkerHandle {
  readonly id: number
  readonly sharesMemory = false
  onDeath: (unbegun: ReadonlyArray<Call>, death?: WorkerEnd) => void = () => {}
  /** Set by who waits for it. Called once: with how it ended, if it ended before it was ready. */
  onStarted: (end: ProcessEnd | undefined) => void = () => {}

  private readonly limits: StoppingLimits
  private readonly onMessage: (message: unknown) => void
  private readonly marks: Marks | undefined
  private readonly calls: ProcessCalls
  private readonly child: WorkerChild
  private readonly imports: ImportWatch
  private controls: Array<Buffer> = []
  private isScheduled = false
  private isReady = false
  private isClosing = false
  private isGone = false
  private closer: Stopping | undefined
  private closed: Array<() => void> = []

  constructor(options: ProcessOptions) {
    const { concurrency = 1, grace = 5000 } = options
    this.id = options.id
    this.onMessage = options.onMessage ?? (() => {})
    // The more goes on there, the more a kill costs.
    this.limits = concurrency === 1 ? { busy: 8, silent: 25, grace } : { busy: 25, silent: 60, grace }
    this.marks = options.marks === false ? undefined : Marks.create()
    this.calls = new ProcessCalls(this.marks, concurrency)
    this.imports = new ImportWatch({
      isLoading: (id) => this.calls.isTakenBack(id),
      isBusy: () => this.calls.all().some((entry) => this.calls.hasBegun(entry)),
      giveUp: () => this.child.kill("It was killed as an import did not end that no task waited for")
    })
    const isWatched = options.watchdog !== false && watchdog.isReady()
    try {
      this.child = new WorkerChild(options, this.marks, isWatched, {
        frame: (frame) => this.onFrame(frame),
        gone: (end) => this.onGone(end)
      })
    } catch (error) {
      // At options of a wrong kind.
      this.marks?.close()
      throw error
    }
    const config: WorkerConfig = {
      id: options.id,
      name: options.name,
      executor: options.executor,
      concurrency,
      hasMarks: this.marks !== undefined,
      watchesParent: !isWatched,
      performer: options.performer ?? workerFile("processPerformer").href,
      main: mainModule()
    }
    this.child.write([encodeFrame(Kind.config, config)])
  }

  get pid(): number {
    return this.child.pid
  }

  get isAlive(): boolean {
    return !this.isClosing && !this.isGone && !this.child.isDying
  }

  push(call: Call): void {
    if (this.isClosing || this.isGone) return queueMicrotask(() => call.ended({ _tag: "Withdrawn" }))
    this.calls.add(call)
    if (this.calls.size === 1) this.child.keepAlive(true)
    this.schedule()
  }

  takeBack(call: Call): boolean {
    const entry = this.calls.find(call)
    if (entry === undefined || !this.calls.takeBack(entry)) return false
    if (entry.isLoading) this.imports.watch(entry.id)
    this.whenIdle()
    return true
  }

  stop(call: Call): void {
    const entry = this.calls.find(call)
    if (entry === undefined || entry.stopping !== undefined) return
    if (this.takeBack(call)) return call.ended({ _tag: "Withdrawn" })
    entry.stopping = this.stopping(bareFrame(Kind.interrupt, entry.id), () => {
      entry.isForced = true
      this.child.kill(`It was killed to stop the task "${call.request.task}", which did not end when asked`)
    })
  }

  /** Ends it in good order if it can, and by force if not. `closed` is called when nothing of it is left. */
  close(closed: () => void): void {
    if (this.isGone) return void this.child.released.then(closed)
    this.closed.push(closed)
    if (this.isClosing) return
    this.isClosing = true
    this.child.keepAlive(true)
    for (const { call } of this.calls.all()) if (this.takeBack(call)) call.ended({ _tag: "Withdrawn" })
    if (!this.isReady) return this.child.kill("It was closed before it was ready")
    this.closer = this.stopping(bareFrame(Kind.close), () =>
      this.child.kill("It was closed, and did not end when asked")
    )
  }

  private stopping(question: Buffer, force: () => void): Stopping {
    const ask = () => {
      this.controls.push(question)
      this.schedule()
    }
    return new Stopping(this.pid, this.limits, { ask, isClogged: () => this.child.isClogged, force })
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    queueMicrotask(this.flush)
  }

  /** What was pushed in one turn goes in one write. */
  private readonly flush = (): void => {
    this.isScheduled = false
    if (this.isGone) return
    const frames = this.controls
    this.controls = []
    const refused = this.calls.toSend(frames)
    this.child.write(frames)
    for (const [call, reason] of refused) call.ended({ _tag: "NotSent", reason })
    if (refused.length > 0) this.whenIdle()
  }

  private whenIdle(): void {
    if (this.calls.size === 0 && this.isReady && !this.isClosing) this.child.keepAlive(false)
  }

  /** Throws if it makes no sense: then the pipe is broken. */
  private onFrame({ kind, id, payload }: Frame): void {
    switch (kind) {
      case Kind.reply:
        // As `WorkerSide` writes it.
        return this.settle(this.known(id), replyOf(decodePayload(payload) as [unknown, unknown?]))
      case Kind.skipped:
        return this.onSkipped(id)
      case Kind.loading:
        return this.onLoading(id)
      case Kind.answer:
        return id === 0 ? this.closer?.answered() : this.calls.bySent(id)?.stopping?.answered()
      case Kind.message:
        return this.deliver(decodePayload(payload))
      case Kind.ready:
        this.isReady = true
        this.whenIdle()
        return this.onStarted(undefined)
    }
  }

  private deliver(message: unknown): void {
    outside(() => this.onMessage(message))
  }

  private known(id: number): CallEntry {
    const entry = this.calls.bySent(id)
    if (entry === undefined) throw new Error(`It answered a call that it does not have: ${id}`)
    return entry
  }

  private onLoading(id: number): void {
    const entry = this.calls.bySent(id)
    if (entry !== undefined) entry.isLoading = true
    else if (this.calls.isTakenBack(id)) this.imports.watch(id)
  }

  private onSkipped(id: number): void {
    if (this.calls.passedOver(id)) return this.schedule()
    // It was asked to stop it, or to end, before it had begun.
    this.settle(this.known(id), { _tag: "Withdrawn" })
  }

  private settle(entry: CallEntry, end: CallEnd): void {
    this.calls.settle(entry)
    outside(() => entry.call.ended(end))
    if (this.calls.hasWaiting) this.schedule()
    this.whenIdle()
  }

  private onGone(end: ProcessEnd): void {
    this.isGone = true
    this.closer?.cancel()
    this.imports.close()
    const left = this.calls.all()
    this.calls.clear()
    const running = left.filter((entry) => this.calls.hasBegun(entry))
    // What ran there is to blame rather than what others were loading.
    const begun = running.length > 0 ? running : left.filter((entry) => this.hasFailedIn(entry))
    const unbegun = left.filter((entry) => !begun.includes(entry)).map((entry) => entry.call)
    this.marks?.close()
    for (const entry of begun) entry.call.ended(this.endOf(entry, end))
    if (!this.isReady) this.onStarted(end)
    const { reason: error, ...how } = end
    if (!this.isClosing) this.onDeath(unbegun, { ...how, kind: this.child.wasKilled ? "stopped" : "crashed", error })
    else for (const call of unbegun) call.ended({ _tag: "Withdrawn" })
    for (const closed of this.closed) void this.child.released.then(closed)
  }

  /** If it was the process that ended of itself, the file that it was loading may be to blame, and is not tried again and again. */
  private hasFailedIn(entry: CallEntry): boolean {
    return entry.isLoading && !this.isClosing && !this.child.wasKilled
  }

  private endOf(entry: CallEntry, end: ProcessEnd): CallEnd {
    const isStopped = entry.isForced || (this.isClosing && (end.signal === "SIGKILL" || end.exitCode === 0))
    return isStopped ? { _tag: "Stopped", stuckAt: [] } : { _tag: "Crashed", ...end }
  }
}

/** Calls what is not ours, and throws its error where it does no harm to what goes on here. */
const outside = (f: () => void): void => {
  try {
    f()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

const replyOf = (parts: readonly [unknown, unknown?]): CallReply =>
  parts.length === 1 ? { _tag: "Success", value: parts[0] } : { _tag: "Failure", cause: parts[1] }
