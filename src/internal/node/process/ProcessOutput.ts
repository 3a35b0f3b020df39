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
/** A read of so many bytes has filled its buffer, and may end within a line. */
const fullRead = 65_536

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
        if (this.received === before || this.received > most) return resolve()
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
    // The beginning of a line whose rest is in the next read. If it were passed on at once, a line of another worker might come in between.
    let held = ""
    const passOnHeld = (): void => {
      const text = held
      held = ""
      if (text !== "") this.passOn(stream, from, text)
    }
    // The rest of the line, if there is any, arrives in the same turn, unless the stream is paused.
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

/** How much of a read is passed on at once: everything except a last line that may be incomplete. */
const wholeLines = (text: string): number =>
  Buffer.byteLength(text) < fullRead ? text.length : text.lastIndexOf("\n") + 1 || text.length

const closeOf = (stream: Readable) => new Promise<void>((resolve) => stream.once("close", resolve))
