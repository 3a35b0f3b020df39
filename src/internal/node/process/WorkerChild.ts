import type { ChildProcess } from "node:child_process"
import type { Socket } from "node:net"
import { unknownExit } from "../../executor/workers/WorkerEnd.ts"
import { Kind } from "../../remote/protocol.ts"
import type { TransportEnd } from "../../remote/client/Transport.ts"
import { defaultMaxFrameBytes, type Frame, mostBytesOf } from "./Frame.ts"
import { decodePayload } from "./encoding.ts"
import { FrameReader } from "./FrameReader.ts"
import { killGroup } from "./killGroup.ts"
import type { ClaimFile } from "./ClaimFile.ts"
import type { ProcessOptions } from "./parent/ProcessOptions.ts"
import { ProcessOutput } from "./ProcessOutput.ts"
import { spawnWorker } from "./spawnWorker.ts"
import { watchdog } from "./Watchdog.ts"
import { Fd } from "./WorkerConfig.ts"
import { errorFrom } from "./wordsFrom.ts"
import { clearTimeout, performance, setImmediate, setTimeout } from "../../timers.ts"

/** How long to wait for the end of pipes that a process outside the group may hold open, in milliseconds. */
const pipePatience = 300

/** How long a frame may stay incomplete, in milliseconds: a worker writes all of it, or dies. */
const partialPatience = 5000
/** How long the messages of one worker may occupy this event loop, in milliseconds. */
const longestTurn = 10

/**
 * The process of a worker: its pipes and its end.
 *
 * `onFrame` throws if it cannot read a frame. `onGone` is called once, when the process is dead, its group is killed, and everything that
 * it sent has been read.
 */
export class WorkerChild {
  private readonly child: ChildProcess
  private readonly calls: Socket | undefined
  private readonly lifeline: Socket | undefined
  /** Carries the messages of the inspector, if the process may be cut. */
  readonly inspector: Socket | undefined
  private readonly streams: ReadonlyArray<Socket>
  private readonly output: ProcessOutput
  private readonly on: { readonly frame: (frame: Frame) => void; readonly gone: (end: TransportEnd) => void }
  private killedFor: { readonly reason: unknown } | undefined
  private lastWords: { readonly reason: unknown } | undefined
  private hasExited = false
  private isGone = false
  private unwatched: Promise<void> = Promise.resolve()
  private openPipes = 0
  /** Whether more output may arrive. */
  private isPrinting = true
  private patience: NodeJS.Timeout | undefined
  private closed: NodeJS.Timeout | undefined
  private partial: NodeJS.Timeout | undefined

  constructor(
    options: ProcessOptions,
    claims: ClaimFile | undefined,
    isWatched: boolean,
    on: { readonly frame: (frame: Frame) => void; readonly gone: (end: TransportEnd) => void }
  ) {
    this.on = on
    this.child = spawnWorker(options, claims, isWatched)
    // The pipes of a child are sockets, whatever their types say. After a failed spawn there are none.
    const stdio = (this.child.stdio ?? []) as unknown as ReadonlyArray<Socket | null | undefined>
    for (const stream of stdio) stream?.unref()
    // `ProcessOutput` handles the streams of its output.
    this.streams = stdio.slice(Fd.calls).filter((stream) => stream !== null && stream !== undefined)
    this.calls = stdio[Fd.calls] ?? undefined
    this.lifeline = stdio[Fd.parent] ?? undefined
    this.inspector = stdio[Fd.inspector] ?? undefined
    this.output = new ProcessOutput(options.output, this.child)
    void this.output.closed.then(() => this.printed())
    this.child.on("error", (error) => this.failed(error))
    this.child.on("exit", () => this.exited())
    for (const stream of this.streams) this.follow(stream)
    const replies = stdio[Fd.replies]
    if (replies !== null && replies !== undefined) this.read(replies, options.maxFrameBytes ?? defaultMaxFrameBytes)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** Whether the process has been killed, or has ended. */
  get isDying(): boolean {
    return this.hasExited || this.killedFor !== undefined
  }

  /** Whether much of what was written to it has not left this process. */
  get isClogged(): boolean {
    return (this.calls?.writableLength ?? 0) > 65_536
  }

  /** Settles, after `onGone`, when the system has released everything of it, and all output is passed on. */
  get released(): Promise<unknown> {
    return Promise.all([this.unwatched, this.output.closed])
  }

  outputRead(): Promise<void> {
    return this.output.read()
  }

  /** Sets whether the worker keeps this process running. */
  keepAlive(yes: boolean): void {
    if (yes) this.child.ref()
    else this.child.unref()
  }

  write(frames: ReadonlyArray<Buffer>): void {
    if (frames.length === 0 || this.hasExited || !this.calls?.writable) return
    this.calls.cork()
    for (const frame of joined(frames)) this.calls.write(frame)
    this.calls.uncork()
  }

  /** `reason` is for the calls that end with it. */
  kill(reason: unknown): void {
    if (this.hasExited || this.child.pid === undefined) return
    this.killedFor ??= { reason }
    killGroup(this.child.pid)
    // The process itself, for the unlikely case that it does not lead its group.
    this.child.kill("SIGKILL")
  }

  private follow(stream: Socket): void {
    this.openPipes++
    // Errors of a pipe show in the end of the process.
    stream.on("error", () => {})
    stream.on("close", () => {
      this.openPipes--
      this.maybeGone()
    })
  }

  private read(replies: Socket, maxFrameBytes: number): void {
    const onFrame = (frame: Frame) => {
      if (frame.kind === Kind.lastWords) this.lastWords = { reason: errorFrom(decodePayload(frame.payload)) }
      else this.on.frame(frame)
    }
    const reader = new FrameReader(onFrame, (kind) => mostBytesOf(kind, maxFrameBytes))
    const broken = (cause: unknown): void => {
      replies.off("data", read)
      replies.resume()
      const why =
        cause instanceof Error ? cause.message : "it wrote something that is not a reply into the pipe for replies"
      this.kill(new Error(`The worker's replies cannot be read: ${why}`, { cause }))
    }
    const turns = new Turns(replies)
    const read = (bytes: Buffer): void => {
      try {
        turns.begin()
        const areFrames = reader.push(bytes)
        turns.end()
        if (!areFrames) return broken(undefined)
        if (reader.isPartial) this.expectMore(replies, reader, broken)
      } catch (error) {
        broken(error)
      }
    }
    replies.on("data", read)
    // Nearly always the process is about to end. Otherwise it has closed its pipe, and no task could ever end.
    replies.on("end", () => {
      this.closed = setTimeout(() => this.kill(new Error("The pipe for replies was closed")), pipePatience)
    })
  }

  /**
   * Expects the rest of a frame. Any code that has the pipe can begin a frame and never end it, which would block everything that the
   * worker sends.
   */
  private expectMore(replies: Socket, reader: FrameReader, broken: (cause: unknown) => void): void {
    if (this.partial !== undefined) return
    const before = replies.bytesRead
    const look = (): void => {
      this.partial = undefined
      if (!reader.isPartial || this.isDying) return
      if (replies.bytesRead > before || replies.isPaused()) return this.expectMore(replies, reader, broken)
      broken(new Error("it began a frame and did not finish it"))
    }
    this.partial = setTimeout(() => setImmediate(look), partialPatience)
    this.partial.unref()
  }

  private exited(): void {
    this.hasExited = true
    clearTimeout(this.closed)
    clearTimeout(this.partial)
    const { pid } = this.child
    if (pid !== undefined) {
      killGroup(pid)
      this.unwatched = watchdog.remove(pid)
    }
    this.calls?.destroy()
    this.lifeline?.destroy()
    this.output.exited()
    this.patience = setTimeout(() => setImmediate(() => this.giveUp()), pipePatience)
    this.maybeGone()
  }

  private giveUp(): void {
    for (const stream of this.streams) stream.destroy()
    // The tasks of the worker do not wait for the reader of this process's output.
    this.printed()
  }

  private printed(): void {
    this.isPrinting = false
    this.maybeGone()
  }

  private maybeGone(): void {
    if (!this.hasExited || this.openPipes > 0 || this.isPrinting || this.isGone) return
    this.isGone = true
    clearTimeout(this.patience)
    const { exitCode, signalCode } = this.child
    this.on.gone({
      exitCode: exitCode ?? undefined,
      signal: signalCode ?? undefined,
      stderr: this.output.stderr,
      // The process may have died by itself just before it was killed.
      reason: ((signalCode === "SIGKILL" ? this.killedFor : undefined) ?? this.lastWords)?.reason ?? this.output.reason
    })
  }

  /** The process could not be started, or not be killed. */
  private failed(error: Error): void {
    if (this.child.pid !== undefined || this.isGone) return
    this.isGone = true
    this.hasExited = true
    this.output.exited()
    this.giveUp()
    this.on.gone({ ...unknownExit, reason: error })
  }
}

/** Gives other code its turns, however much arrives from a pipe. */
class Turns {
  private readonly pipe: Socket
  private began = 0
  private ended = 0

  constructor(pipe: Socket) {
    this.pipe = pipe
  }

  begin(): void {
    const now = performance.now()
    // A longer pause means that other code has run.
    if (now - this.ended > 1) this.began = now
  }

  end(): void {
    this.ended = performance.now()
    if (this.ended - this.began < longestTurn) return
    this.pipe.pause()
    setImmediate(() => {
      this.began = performance.now()
      this.pipe.resume()
    })
  }
}

/** Small frames are joined, because a write costs more than a copy. */
const joined = (frames: ReadonlyArray<Buffer>): ReadonlyArray<Buffer> => {
  const total = frames.reduce((sum, frame) => sum + frame.length, 0)
  return frames.length > 1 && total < 1_000_000 ? [Buffer.concat(frames, total)] : frames
}
