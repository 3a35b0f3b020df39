import type { Readable } from "node:stream"
import { OutputTail } from "../../remote/client/OutputTail.ts"
import { clearTimeout, setImmediate, setTimeout } from "../../timers.ts"
import { ownOutput } from "./OwnOutput.ts"
import type { ProcessOptions } from "./parent/ProcessOptions.ts"

/** How long nothing may come from a pipe that somebody outside of the worker's group holds open, in milliseconds. */
const quietMillis = 300
/** A bound above what a pipe holds: what comes after that was written by somebody else. */
const mostAfterExit = 1024 * 1024
/** A read of so many bytes has filled its buffer, and may have ended within a line. */
const fullRead = 65_536

/** The output of a worker process: passed on, and its end remembered. */
export class ProcessOutput {
  /** Settles when all of it has been passed on. */
  readonly closed: Promise<void>
  private readonly streams: ReadonlyArray<Readable>
  private readonly tail = new OutputTail()
  private readonly output: ProcessOptions["output"]
  /** The message of V8 before it gives up, which comes before a long list of frames. */
  private fatal: string | undefined
  private received = 0

  constructor(
    output: ProcessOptions["output"],
    streams: { readonly stdout: Readable | null; readonly stderr: Readable | null }
  ) {
    this.output = output
    this.streams = [this.follow(streams.stdout, "stdout"), this.follow(streams.stderr, "stderr")].flat()
    this.closed = Promise.all(this.streams.map(closeOf)).then(() => {})
  }

  /** The process has exited. What it wrote before is still on its way, and is waited for. */
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
      // Timers come before what has arrived: that is to be read first.
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
    // There are none after a failed spawn, whatever the types say.
    if (stream === null || stream === undefined) return []
    stream.setEncoding("utf8")
    stream.on("error", () => {})
    // The beginning of a line whose rest is in the next read. Passed on at once, the line of another worker might come in between.
    let held = ""
    const passOnHeld = (): void => {
      const text = held
      held = ""
      if (text !== "") this.passOn(stream, from, text)
    }
    // The rest comes in the same turn, if there is any, and the stream is read.
    const passOnUnlessPaused = (): void => {
      if (!stream.isPaused()) passOnHeld()
    }
    stream.on("data", (text: string) => {
      this.received += text.length
      if (from === "stderr") this.remember(text)
      const whole = wholeLines(text)
      this.passOn(stream, from, held + text.slice(0, whole))
      held = text.slice(whole)
      if (held !== "") setImmediate(passOnUnlessPaused)
    })
    stream.on("close", passOnHeld)
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

/** How much of a read is passed on at once: all of it, but for the last line where that may have been cut off. */
const wholeLines = (text: string): number =>
  Buffer.byteLength(text) < fullRead ? text.length : text.lastIndexOf("\n") + 1 || text.length

const closeOf = (stream: Readable) => new Promise<void>((resolve) => stream.once("close", resolve))
