import type { Readable } from "node:stream"
import { OutputTail } from "../../remote/client/OutputTail.ts"
import type { ProcessOptions } from "./ProcessOptions.ts"

/** What a worker process writes: passed on, and its end remembered. */
export class ProcessOutput {
  private readonly tail = new OutputTail()
  private readonly output: ProcessOptions["output"]
  /** What V8 says before it gives up. It comes before a long list of frames. */
  private fatal: string | undefined

  constructor(
    output: ProcessOptions["output"],
    streams: { readonly stdout: Readable | null; readonly stderr: Readable | null }
  ) {
    this.output = output
    for (const from of ["stdout", "stderr"] as const) this.follow(streams[from], from)
  }

  get stderr(): string {
    return this.tail.toString()
  }

  get reason(): Error | undefined {
    return this.fatal === undefined ? undefined : new Error(this.fatal)
  }

  private follow(stream: Readable | null | undefined, from: "stdout" | "stderr"): void {
    // There are none after a failed spawn, whatever the types say.
    if (stream === null || stream === undefined) return
    stream.setEncoding("utf8")
    stream.on("error", () => {})
    stream.on("data", (text: string) => {
      if (from === "stderr") this.remember(text)
      this.passOn(stream, from, text)
    })
  }

  private remember(text: string): void {
    this.tail.add(text)
    this.fatal ??= /^FATAL ERROR: .*/m.exec(text)?.[0]
  }

  private passOn(stream: Readable, from: "stdout" | "stderr", text: string): void {
    const output = this.output ?? "inherit"
    if (output === "ignore") return
    if (output !== "inherit") return output(from, text)
    const target = process[from]
    if (target.write(text)) return
    // Do not collect what the parent's reader does not take.
    stream.pause()
    target.once("drain", () => stream.resume())
  }
}
