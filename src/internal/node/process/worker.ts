/** What a worker process runs. */
import { Socket } from "node:net"
import { keepOutMainModule } from "../../remote/host/mainModule.ts"
import { bareFrame, decodePayload, encodeFrame } from "./encoding.ts"
import { type Frame, Kind } from "./Frame.ts"
import { FrameReader } from "./FrameReader.ts"
import { killGroup } from "./killGroup.ts"
import { Marks } from "./Marks.ts"
import { ReplyPipe } from "./ReplyPipe.ts"
import { Fd, type PerformerModule, type WorkerConfig } from "./WorkerConfig.ts"
import { WorkerSide } from "./WorkerSide.ts"

const replies = new ReplyPipe(Fd.replies)
const early: Array<Frame> = []
let side: WorkerSide | undefined
let isOrphan = false

const lastWords = (error: unknown): void => {
  let frame: Buffer
  try {
    frame = encodeFrame(Kind.lastWords, error)
  } catch {
    // It has parts that cannot be cloned.
    frame = encodeFrame(Kind.lastWords, error instanceof Error ? plainError(error) : String(error))
  }
  replies.write(frame)
}

const plainError = (error: Error): Error => {
  const plain = new Error(error.message)
  plain.name = error.name
  if (error.stack !== undefined) plain.stack = error.stack
  return plain
}

const exit = (error?: unknown): void => {
  if (error !== undefined) lastWords(error)
  process.exit(error === undefined ? 0 : 1)
}

/** A task that spins holds up this thread's event loop, but not that of another thread. */
const watchParent = async (): Promise<void> => {
  const code =
    `new (require("node:net").Socket)({ fd: ${Fd.parent} }).on("error", () => {}).on("close", () => ` +
    `setTimeout(() => process.kill(${process.platform === "win32" ? "" : "-"}${process.pid}, "SIGKILL"), 500)).resume()`
  // Loaded only where it is needed, as it costs each start some milliseconds.
  const { Worker } = process.getBuiltinModule("node:worker_threads")
  const watcher = new Worker(code, { eval: true, execArgv: [], stdout: true, stderr: true })
  await new Promise((resolve) => watcher.once("online", resolve))
  watcher.unref()
}

const start = async (config: WorkerConfig): Promise<void> => {
  if (config.watchesParent) await watchParent()
  const { id, name, executor } = config
  keepOutMainModule(config.main)
  const send = (message: unknown) => replies.write(encodeFrame(Kind.message, message))
  // It is ours, or a test's.
  const module = (await import(config.performer)) as PerformerModule
  const hosted = await module.startPerformer({ id, name, executor, send })
  const marks = config.hasMarks ? new Marks(Fd.marks) : undefined
  if (marks !== undefined && !marks.isUsable) throw new Error("The file of marks has not come through")
  side = new WorkerSide({ hosted, concurrency: config.concurrency, marks, replies, exit })
  if (isOrphan) return side.close()
  replies.write(bareFrame(Kind.ready))
  for (const frame of early) side.onFrame(frame)
  side.pump()
}

const reader = new FrameReader((frame) => {
  if (side !== undefined) side.onFrame(frame)
  else if (frame.kind === Kind.config) start(decodePayload(frame.payload) as WorkerConfig).catch(exit)
  else early.push({ ...frame, payload: new Uint8Array(frame.payload) })
})

const buffer = Buffer.allocUnsafeSlow(65_536)
const calls = new Socket({
  fd: Fd.calls,
  readable: true,
  writable: false,
  onread: {
    buffer,
    callback: (length) => {
      if (!reader.push(buffer.subarray(0, length))) exit(new Error("The parent's frames are broken"))
      side?.pump()
      return true
    }
  }
})
// The parent has ended, in whatever way.
const orphaned = (): void => {
  isOrphan = true
  // What is started while this ends goes as well.
  process.on("exit", () => killGroup(process.pid))
  if (side === undefined) exit()
  else side.close()
}
calls.on("error", orphaned)
calls.on("end", orphaned)

process.on("uncaughtExceptionMonitor", lastWords)
