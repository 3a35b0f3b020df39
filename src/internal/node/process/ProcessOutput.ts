import type { Readable } from "node:stream"
import { OutputTail } from "../../remote/client/OutputTail.ts"
import { clearTimeout, setImmediate, setTimeout } from "../../timers.ts"
import { ownOutput } from "./OwnOutput.ts"
import type { ProcessOptions } from "./parent/ProcessOptions.ts"

/** How long a pipe may be silent that some process outside the worker's group holds open, in milliseconds. */
const quietMillis = 300
/** When to look again at a stream that waits for the reader of this process's output, in milliseconds. */
const pausedMillis = 10
/** More than a pipe holds. Anything beyond that was written by another process, or later. */
const mostAfterExit = 1024 * 1024
/** How long the rest of a line is waited for, in milliseconds. */
const lineMillis = 20
/** How long a line may be that is passed on in one piece. */
const longestLine = 65_536

/** Passes on the output of a worker process, and keeps its end for messages. */
export class ProcessOutput {
  /** Settles when all of the output has been passed on. */
  readonly closed: Promise<void>
  private readonly streams: ReadonlyArray<Readable>
  private readonly tail = new OutputTail()
  private readonly output: ProcessOptions["output"]
  /** The message of V8 before it gives up. A long list of frames follows it. */
  private fatal: string | undefined
  private received = 0
  private readonly lines: Array<HeldLine> = []

  constructor(
    output: ProcessOptions["output"],
    streams: { readonly stdout: Readable | null; readonly stderr: Readable | null }
  ) {
    this.output = output
    this.streams = [this.follow(streams.stdout, "stdout"), this.follow(streams.stderr, "stderr")].flat()
    this.closed = Promise.all(this.streams.map(closeOf)).then(() => {})
  }

  /** Settles when everything has been passed on that is in the pipes. */
  read(): Promise<void> {
    const most = this.received + mostAfterExit
    return new Promise((resolve) => {
      let before = -1
      const look = (): void => {
        if (this.streams.some((stream) => stream.isPaused())) return void setTimeout(look, pausedMillis)
        if (this.received === before || this.received > most) {
          for (const line of this.lines) line.passOn()
          return resolve()
        }
        before = this.received
        setImmediate(look)
      }
      look()
    })
  }

  /** The process has exited. Its last output may still be on its way. */
  exited(): void {
    const most = this.received + mostAfterExit
    let timer: NodeJS.Timeout | undefined
    const lookLater = (): void => {
      const before = this.received
      const look = (): void => {
        const isDelivering = this.received !== before && this.received < most
        if (isDelivering || this.streams.some((stream) => stream.isPaused())) return lookLater()
        for (const stream of this.streams) stream.destroy()
      }
      // Timers fire before input that has arrived, so the input is read first.
      timer = setTimeout(() => setImmediate(look), quietMillis)
    }
    lookLater()
    void this.closed.then(() => clearTimeout(timer))
  }

  get stderr(): string {
    return this.tail.toString()
  }

  get reason(): Error | undefined {
    return this.fatal === undefined ? undefined : new Error(this.fatal)
  }

  private follow(stream: Readable | null | undefined, from: "stdout" | "stderr"): ReadonlyArray<Readable> {
    // After a failed spawn there are no streams, whatever the types say.
    if (stream === null || stream === undefined) return []
    stream.setEncoding("utf8")
    stream.on("error", () => {})
    const line = new HeldLine(stream, (text) => this.passOn(stream, from, text))
    this.lines.push(line)
    stream.on("data", (text: string) => {
      this.received += text.length
      if (from === "stderr") this.remember(text)
      line.push(text)
    })
    stream.on("close", () => line.passOn())
    return [stream]
  }

  private remember(text: string): void {
    this.tail.add(text)
    this.fatal ??= /^FATAL ERROR: .{0,500}/m.exec(text)?.[0]
  }

  private passOn(stream: Readable, from: "stdout" | "stderr", text: string): void {
    const output = this.output ?? "inherit"
    if (output === "ignore") return
    if (output === "inherit") ownOutput(process[from]).write(text, stream)
    else output(from, text)
  }
}

/** Passes on a stream in whole lines, because a line of another worker might come in between. */
class HeldLine {
  private readonly stream: Readable
  private readonly to: (text: string) => void
  private held = ""
  private timer: NodeJS.Timeout | undefined

  constructor(stream: Readable, to: (text: string) => void) {
    this.stream = stream
    this.to = to
  }

  push(text: string): void {
    const whole = text.lastIndexOf("\n") + 1
    if (whole > 0) {
      this.held += text.slice(0, whole)
      this.passOn()
    }
    this.held += text.slice(whole)
    if (this.held.length > longestLine) this.passOn()
    else if (this.held !== "") this.timer ??= this.later()
  }

  /** Passes on what there is of a line. */
  passOn(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { held } = this
    this.held = ""
    if (held !== "") this.to(held)
  }

  /** Timers fire before input that has arrived, so the input is read first. */
  private later(): NodeJS.Timeout {
    const timer: NodeJS.Timeout = setTimeout(() => setImmediate(() => this.look(timer)), lineMillis)
    return timer
  }

  private look(timer: NodeJS.Timeout): void {
    if (this.timer !== timer) return
    if (this.stream.isPaused()) this.timer = this.later()
    else this.passOn()
  }
}

const closeOf = (stream: Readable) => new Promise<void>((resolve) => stream.once("close", resolve))
