import { basename } from "node:path"
import { Worker } from "node:worker_threads"
import { chunkRows, columns, lossOf, type TraceChunk } from "../../trace/TraceChunk.ts"
import { clearTimeout, performance, setTimeout } from "../../timers.ts"
import { ownThread } from "../ownThread.ts"
import { threadFlags } from "../threadFlags.ts"
import { workerFile } from "../workerFile.ts"
import { atExit } from "./atExit.ts"
import { openAlone, type OpenFile } from "./openAlone.ts"
import type { FromWriter, ToWriter, WriterData } from "./writerThread.ts"

/** The name of the program in a trace. */
const programName = (): string => basename(process.argv[1] ?? process.title)

/** How many chunks are kept to be used again. New memory costs more than filling it. */
const mostSpare = 64

/** After such a pause of the program, rows are written. In milliseconds. */
const pauseMillis = 50
/** How long rows wait for a pause, at most, in milliseconds. */
const longestWait = 1000
/** How long the exit of the process waits for the rest to be written, at most, in milliseconds. */
const longestExit = 2000

/**
 * Sends a trace to a file, through a thread that encodes and writes it. If too many chunks are on their way, more are dropped and counted.
 *
 * Encoding takes a processor from the recorded program: on two cores, a burst in a thread lost a third of its rate. So chunks are held
 * until the program pauses, half of the room is taken, or a second is over.
 */
export class TraceFile {
  /** Why the file is not complete, if it is not. */
  failure: string | undefined = undefined
  /** How many rows were lost. */
  lost = 0
  private addLast: () => void = () => {}
  private readonly finished = new Int32Array(new SharedArrayBuffer(4))
  private readonly exit: ReturnType<typeof atExit>
  private readonly opened: OpenFile
  private readonly worker: Worker
  private readonly mostChunks: number
  /** The messages that are not answered yet. */
  private readonly underWay: Array<Sent> = []
  /** The chunks that are held or under way although there may be no room for them. */
  private readonly extra = new Set<ToWriter>()
  private readonly held: Array<ToWriter> = []
  private heldSince = 0
  private lastAdded = 0
  private timer: ReturnType<typeof setTimeout> | undefined = undefined
  private untold = 0
  private waiting: Array<() => void> = []
  private readonly spare: Array<TraceChunk["rows"]> = []
  private hasEnded = false

  /** Throws if the file cannot be opened, or is being written by another recording of this program. */
  constructor(file: string, mostChunks: number) {
    this.mostChunks = mostChunks
    this.opened = openAlone(file)
    const flags = threadFlags()
    const data: WriterData = { fd: this.opened.fd, pid: process.pid, program: programName(), finished: this.finished }
    this.worker = new Worker(workerFile("traceWriter"), {
      name: "effect-futures trace",
      workerData: { ...ownThread, ...data },
      ...(flags === undefined ? {} : { execArgv: [...flags] })
    })
    this.worker.on("message", (message: FromWriter) => this.answered(message))
    this.worker.on("error", (error) => this.failed(String(error)))
    this.worker.on("exit", () => {
      this.hasEnded = true
      for (const message of this.held.splice(0)) this.lost += rowsIn(message)
      for (const { rows } of this.underWay.splice(0)) this.lost += rows
      this.settle()
    })
    // A recording that nothing ends must not keep the program alive.
    this.worker.unref()
    this.exit = atExit(() => this.finishNow())
  }

  /** Returns rows that are free again, if there are any. */
  add(chunk: TraceChunk): TraceChunk["rows"] | undefined {
    const taken = this.underWay.length + this.held.length - this.extra.size
    if (taken >= this.mostChunks || this.failure !== undefined || this.hasEnded) {
      this.lost += chunk.count
      this.untold += chunk.count
      return chunk.rows
    }
    this.tellLoss()
    this.hold(chunk)
    return this.spare.pop()
  }

  /** Calls a function when the process exits without having closed the file, which adds the last rows. */
  beforeExit(addLast: () => void): void {
    this.addLast = addLast
  }

  /** Adds what other rows need to be understood, even if there is no room. */
  addAnyway(chunk: TraceChunk): void {
    if (this.failure !== undefined || this.hasEnded) return
    this.extra.add(chunk)
    this.hold(chunk)
  }

  private hold(chunk: TraceChunk): void {
    this.held.push(chunk)
    this.lastAdded = performance.now()
    if (this.held.length >= this.mostChunks / 2) return this.sendHeld()
    if (this.timer !== undefined) return
    this.heldSince = this.lastAdded
    this.lookLater()
  }

  private lookLater(): void {
    this.timer = setTimeout(this.look, pauseMillis)
    this.timer.unref()
  }

  /** Sends the held chunks if the program has paused. */
  private readonly look = (): void => {
    const now = performance.now()
    if (now - this.lastAdded >= pauseMillis || now - this.heldSince >= longestWait) this.sendHeld()
    else this.lookLater()
  }

  private sendHeld(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    for (const message of this.held.splice(0)) this.post(message)
  }

  /** Settles when everything that was added is in the file. */
  whenWritten(): Promise<void> {
    this.sendHeld()
    if (this.underWay.length === 0) return Promise.resolve()
    this.worker.ref()
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  async close(): Promise<void> {
    await this.whenWritten()
    if (!this.hasEnded) {
      this.tellLoss()
      this.held.push("finish")
      await this.whenWritten()
    }
    this.exit.forget()
    await this.worker.terminate()
    if (!this.opened.isThere()) this.failed("it was deleted or replaced in the meantime")
    this.opened.close()
  }

  /** Nothing of the process goes on after this. So it waits for the thread, which does not need it. */
  private finishNow(): void {
    this.addLast()
    if (this.hasEnded || this.failure !== undefined) return
    this.tellLoss()
    this.held.push("finish")
    this.sendHeld()
    Atomics.wait(this.finished, 0, 0, longestExit)
  }

  private tellLoss(): void {
    if (this.untold === 0) return
    this.held.push(lossOf(this.untold))
    this.untold = 0
  }

  private post(message: ToWriter): void {
    this.underWay.push({ message, rows: rowsIn(message) })
    this.worker.postMessage(message, typeof message === "string" ? [] : [message.rows.buffer])
  }

  private answered(message: FromWriter): void {
    const sent = this.underWay.shift()
    if (sent !== undefined) this.extra.delete(sent.message)
    if (message._tag === "Failed") {
      this.failed(message.reason)
      this.lost += sent?.rows ?? 0
    }
    const { rows } = message
    // The chunk of a loss has only one row.
    if (rows?.length === chunkRows * columns && this.spare.length < mostSpare) this.spare.push(rows)
    this.settle()
  }

  private failed(reason: string): void {
    this.failure ??= reason
  }

  private settle(): void {
    if (this.underWay.length > 0) return
    for (const resolve of this.waiting.splice(0)) resolve()
    if (!this.hasEnded) this.worker.unref()
  }
}

/** A message that is not answered yet. */
interface Sent {
  readonly message: ToWriter
  readonly rows: number
}

/** How many recorded rows a message has. The row that tells of a loss is none. */
const rowsIn = (message: ToWriter): number =>
  message === "finish" || message.rows.length === columns ? 0 : message.count

/** The number of chunks for so many rows. */
export const chunksOf = (rows: number): number => Math.max(1, Math.ceil(rows / chunkRows))
