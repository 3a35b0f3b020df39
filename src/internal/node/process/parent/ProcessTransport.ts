import { readFileSync } from "node:fs"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { HostReply } from "../../../remote/Call.ts"
import type { WorkerSight } from "../../../executor/workers/PrefetchingWorker.ts"
import { BlindClaims, Phase } from "../../../remote/client/ClaimTable.ts"
import type { CallEntry, Transport, TransportEnd, TransportOwner } from "../../../remote/client/Transport.ts"
import { Kind, type ParentWord } from "../../../remote/protocol.ts"
import { CpuShare, patientShare, processPath, type ShareLimits } from "../../CpuShare.ts"
import { mainModule } from "../../mainModule.ts"
import { workerFile } from "../../workerFile.ts"
import { InspectedProcess } from "../../preemption/InspectedProcess.ts"
import { InspectorPreemption } from "../../preemption/InspectorPreemption.ts"
import type { Preemption } from "../../preemption/Preemption.ts"
import { encodeCallFrame } from "../callFrame.ts"
import { bareFrame, decodePayload, encodeFrame } from "../encoding.ts"
import { defaultMaxFrameBytes, type Frame } from "../Frame.ts"
import { refusalFrom } from "../wordsFrom.ts"
import { watchdog } from "../Watchdog.ts"
import { WorkerChild } from "../WorkerChild.ts"
import type { WorkerConfig } from "../WorkerConfig.ts"
import { ParentClaims } from "./ParentClaims.ts"
import type { ProcessOptions } from "./ProcessOptions.ts"
import { RemoteWorker } from "../../../remote/client/RemoteWorker.ts"
import { startWorker } from "../../startWorker.ts"

/** The limits for one call. Killing a process that would have answered costs its task the finalizers. */
const share: ShareLimits = { run: 8, uninterrupted: 4, asleep: 25, unknown: 25, most: 500 }
/** The limits with several calls in the process, because a kill also costs the others their work. */
const sharedShare: ShareLimits = { run: 25, uninterrupted: 25, asleep: 60, unknown: 60, most: 500 }

/** The connection to a worker process: frames in two pipes, and a file of claims. */
export class ProcessTransport implements Transport {
  readonly sharesMemory = false
  readonly answerWithin = 2
  readonly preempter: Preemption | undefined
  readonly claims: ParentClaims | BlindClaims
  private readonly owner: TransportOwner
  private readonly child: WorkerChild
  private readonly share: ShareLimits
  private readonly maxFrameBytes: number
  /** Calls that were cut, until the process knows. It may have answered them before. */
  private readonly cut = new Set<number>()

  constructor(options: ProcessOptions, owner: TransportOwner) {
    const { concurrency = 1, executor, name, runner } = options
    this.owner = owner
    this.maxFrameBytes = options.maxFrameBytes ?? defaultMaxFrameBytes
    this.share = concurrency === 1 ? share : sharedShare
    const file = options.claims === false ? undefined : ParentClaims.create()
    this.claims = file ?? new BlindClaims(concurrency)
    const isWatched = options.watchdog !== false && watchdog.isReady()
    try {
      this.child = new WorkerChild({ ...options, maxFrameBytes: this.maxFrameBytes }, file, isWatched, {
        frame: (frame) => this.onFrame(frame),
        gone: (end) => {
          this.owner.gone(end)
          file?.close()
        }
      })
    } catch (error) {
      // Options of a wrong kind make this throw.
      file?.close()
      throw error
    }
    const { inspector } = this.child
    const inspected =
      inspector === undefined ? undefined : new InspectedProcess(inspector, () => this.child.kill(undefined))
    this.preempter =
      inspected &&
      new InspectorPreemption(inspected, {
        refused: (reason) => options.onNoInspector?.(reason),
        outOfMemory: () => this.child.kill(new Error("Process killed at its memory limit: JS heap out of memory"))
      })
    const config: WorkerConfig = {
      name,
      executor,
      concurrency,
      maxMemory: options.maxMemory,
      hasClaims: file !== undefined,
      watchesParent: !isWatched,
      inspector: inspected && { file: workerFile("processRelay").href, atOnce: inspected.startsAtOnce },
      maxFrameBytes: this.maxFrameBytes,
      runner,
      main: mainModule()
    }
    this.child.write([encodeFrame(Kind.config, config)])
  }

  get pid(): number {
    return this.child.pid
  }

  get released(): Promise<unknown> {
    return this.child.released
  }

  /** Without an inspector, the stack of a process cannot be read without harm. But the system tells whether it computes. */
  async look(within: number): Promise<WorkerSight> {
    const stack = await this.preempter?.read(within)
    const note = `process ${this.pid}, which ${activityOf(this.pid)}`
    if (stack === undefined) return { stack: [], note: `${note}; its stack cannot be read from outside` }
    return { stack, note: stack.length === 0 ? note : undefined }
  }

  watchShare(isPatient: boolean): { readonly hadEnough: boolean } {
    const cpu = new CpuShare(processPath(this.pid), isPatient ? patientShare : this.share)
    const { child } = this
    return {
      get hadEnough() {
        // The question may still be queued behind other messages.
        return cpu.isOverdue || (!child.isClogged && cpu.hadEnough)
      }
    }
  }

  outputRead(): Promise<void> {
    return this.child.outputRead()
  }

  keepAlive(yes: boolean): void {
    this.child.keepAlive(yes)
  }

  send(entries: ReadonlyArray<CallEntry>, refused: (entry: CallEntry, reason: unknown) => void): void {
    const frames: Array<Buffer> = []
    const failed: Array<readonly [CallEntry, unknown]> = []
    for (const entry of entries) {
      try {
        frames.push(encodeCallFrame(entry.call.request, entry, this.maxFrameBytes))
        entry.sentWith = 1
        const { id, call } = entry
        if (call.stream !== undefined) frames.push(encodeFrame(Kind.demand, call.stream.buffer, id))
      } catch (reason) {
        failed.push([entry, reason])
      }
    }
    this.child.write(frames)
    for (const [entry, reason] of failed) refused(entry, reason)
  }

  tell(kind: ParentWord, id: number): void {
    if (kind === Kind.wasCut) this.cut.add(id)
    this.child.write([bareFrame(kind, id)])
  }

  demand(id: number, count: number): void {
    this.child.write([encodeFrame(Kind.demand, count, id)])
  }

  /** Frames arrive by the event loop only. */
  receive(): void {}

  force(reason: unknown): void {
    this.child.kill(reason)
  }

  /** Throws if the frame makes no sense, which means that the pipe is broken. */
  private onFrame({ id, kind, payload }: Frame): void {
    switch (kind) {
      case Kind.reply:
        return this.isRunning(id) ? this.onReply(id, payload) : undefined
      case Kind.unreadable:
        return this.isRunning(id) ? this.owner.unreadable(id, refusalFrom(decodePayload(payload))) : undefined
      case Kind.elements:
        return this.isRunning(id) ? this.onElements(id, payload) : undefined
      case Kind.report:
        return this.isRunning(id) ? this.owner.received(kind, id, decodePayload(payload)) : undefined
      case Kind.message:
        return this.owner.received(kind, 0, decodePayload(payload))
      default:
        if (kind === Kind.recovered) this.cut.clear()
        return this.owner.received(kind as Kind, id)
    }
  }

  /**
   * Whether a call is running. `false` for one that was cut. Throws if it has not begun: any code can write into the pipe, but such a call
   * has no result.
   */
  private isRunning(id: number): boolean {
    const entry = this.owner.entry(id)
    if (entry !== undefined && this.claims.phase(entry) >= Phase.begun) return true
    if (this.cut.has(id)) return false
    throw new Error(`It answered a call that it does not have: ${id}`)
  }

  private onElements(id: number, payload: Uint8Array): void {
    let elements: unknown
    try {
      elements = decodePayload(payload)
    } catch (reason) {
      return this.owner.unreadableElements(reason, id)
    }
    this.owner.received(Kind.elements, id, elements)
  }

  private onReply(id: number, payload: Uint8Array): void {
    let reply: HostReply
    try {
      reply = replyOf(payload)
    } catch (reason) {
      return this.owner.unreadable(id, { what: "result", reason })
    }
    this.owner.replied(id, reply)
  }
}

const activityOf = (pid: number): string => {
  try {
    // The state follows the name, which is in parentheses and may contain some.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    return stat.slice(stat.lastIndexOf(")")).split(" ")[1] === "R" ? "computes" : "waits"
  } catch {
    return "may be doing anything: this system does not report it"
  }
}

const replyOf = (payload: Uint8Array): HostReply => {
  if (payload.length === 0) return { _tag: "Interrupted" }
  // The payload is as `ProcessHost` writes it.
  const parts = decodePayload(payload)
  if (!Array.isArray(parts) || (parts.length !== 1 && parts.length !== 2)) throw new TypeError("It is not a reply")
  return parts.length === 1 ? { _tag: "Success", value: parts[0] } : { _tag: "Failure", cause: parts[1] }
}

/**
 * Starts a worker process, and waits until it is ready for calls. Closing the scope ends it: in good order within
 * `grace`, or else by killing its group.
 */
export const startProcess = (options: ProcessOptions): Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope> =>
  startWorker(() => new RemoteWorker(options, (owner) => new ProcessTransport(options, owner)))
