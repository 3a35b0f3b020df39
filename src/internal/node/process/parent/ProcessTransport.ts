import { readFileSync } from "node:fs"
import type { HostReply } from "../../../remote/Call.ts"
import type { WorkerSight } from "../../../executor/PrefetchingWorker.ts"
import { BlindClaims, Phase } from "../../../remote/client/ClaimTable.ts"
import type { CallEntry, Transport, TransportOwner } from "../../../remote/client/Transport.ts"
import { Kind, type ParentWord } from "../../../remote/protocol.ts"
import { CpuShare, patientShare, processPath, type ShareLimits } from "../../CpuShare.ts"
import { mainModule } from "../../mainModule.ts"
import { encodeCallFrame } from "../callFrame.ts"
import { bareFrame, decodePayload, encodeFrame } from "../encoding.ts"
import { defaultMaxFrameBytes, type Frame } from "../Frame.ts"
import { refusalFrom } from "../wordsFrom.ts"
import { watchdog } from "../Watchdog.ts"
import { WorkerChild } from "../WorkerChild.ts"
import type { WorkerConfig } from "../WorkerConfig.ts"
import { ParentClaims } from "./ParentClaims.ts"
import type { ProcessOptions } from "./ProcessOptions.ts"

/** The limits for one call. Killing a process that would have answered costs its task the finalizers. */
const share: ShareLimits = { run: 8, uninterrupted: 4, asleep: 25, unknown: 25, most: 500 }
/** The limits with several calls in the process, because a kill also costs the others their work. */
const sharedShare: ShareLimits = { run: 25, uninterrupted: 25, asleep: 60, unknown: 60, most: 500 }

/** The connection to a worker process: frames in two pipes, and a file of claims. */
export class ProcessTransport implements Transport {
  readonly sharesMemory = false
  readonly answerWithin = 2
  readonly preempter = undefined
  readonly claims: ParentClaims | BlindClaims
  private readonly owner: TransportOwner
  private readonly child: WorkerChild
  private readonly share: ShareLimits
  private readonly maxFrameBytes: number

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
    const config: WorkerConfig = {
      name,
      executor,
      concurrency,
      maxMemory: options.maxMemory,
      hasClaims: file !== undefined,
      watchesParent: !isWatched,
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

  /** The stack of a process cannot be read from outside without harm. But the system tells whether it computes. */
  look(): Promise<WorkerSight> {
    const note = `process ${this.pid}, which ${activityOf(this.pid)}; its stack cannot be read from outside`
    return Promise.resolve({ stack: [], note })
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
        return this.onReply(id, payload)
      case Kind.unreadable:
        this.begun(id)
        return this.owner.unreadable(id, refusalFrom(decodePayload(payload)))
      case Kind.elements:
        return this.onElements(id, payload)
      case Kind.report:
        this.begun(id)
        return this.owner.received(kind, id, decodePayload(payload))
      case Kind.message:
        return this.owner.received(kind, 0, decodePayload(payload))
      default:
        return this.owner.received(kind as Kind, id)
    }
  }

  /** Notes that a call has begun. Any code can write into the pipe, but a call that does not run has no result. */
  private begun(id: number): void {
    const entry = this.owner.entry(id)
    if (entry !== undefined && this.claims.phase(entry) >= Phase.begun) return
    throw new Error(`It answered a call that it does not have: ${id}`)
  }

  private onElements(id: number, payload: Uint8Array): void {
    this.begun(id)
    let elements: unknown
    try {
      elements = decodePayload(payload)
    } catch (reason) {
      return this.owner.unreadableElements(reason, id)
    }
    this.owner.received(Kind.elements, id, elements)
  }

  private onReply(id: number, payload: Uint8Array): void {
    this.begun(id)
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
