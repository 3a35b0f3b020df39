/** The program of a worker process. */
import { Socket } from "node:net"
import type { RunnerModule } from "../../remote/host/CallRunner.ts"
import { keepOutMainModule } from "../../remote/host/importing.ts"
import { WorkerLoop } from "../../remote/host/WorkerLoop.ts"
import { Kind } from "../../remote/protocol.ts"
import { wantsEffects } from "../lazyModules.ts"
import { MemoryWatch } from "../../remote/host/MemoryWatch.ts"
import { ProcessCall } from "./callFrame.ts"
import { WorkerClaims } from "./worker/WorkerClaims.ts"
import { decodePayload } from "./encoding.ts"
import type { Frame } from "./Frame.ts"
import { FrameReader } from "./FrameReader.ts"
import { killGroup } from "./killGroup.ts"
import { ProcessHost } from "./worker/ProcessHost.ts"
import { ReplyPipe } from "./worker/ReplyPipe.ts"
import { Fd, type WorkerConfig } from "./WorkerConfig.ts"

const pipe = new ReplyPipe(Fd.replies)
// Until the configuration says which claims there are.
let host = new ProcessHost(pipe)
const early: Array<Frame> = []
let loop: WorkerLoop | undefined
let isOrphan = false

/** An endless loop blocks the event loop of this thread, but not that of another one. */
const watchParent = async (): Promise<void> => {
  const code =
    `new (require("node:net").Socket)({ fd: ${Fd.parent} }).on("error", () => {}).on("close", () => ` +
    `setTimeout(() => process.kill(${process.platform === "win32" ? "" : "-"}${process.pid}, "SIGKILL"), 500)).resume()`
  // The module is loaded only if it is needed, because it costs some milliseconds.
  const { Worker } = process.getBuiltinModule("node:worker_threads")
  const watcher = new Worker(code, { eval: true, execArgv: [], stdout: true, stderr: true })
  await new Promise((resolve) => watcher.once("online", resolve))
  watcher.unref()
}

const start = async (config: WorkerConfig): Promise<void> => {
  if (config.watchesParent) await watchParent()
  keepOutMainModule(config.main)
  const claims = config.hasClaims ? new WorkerClaims(Fd.claims) : undefined
  if (claims !== undefined && !claims.isUsable) throw new Error("The file of claims was not received")
  const { inspector } = config
  const preemptible =
    inspector === undefined ? undefined : (await import("./worker/inspectable.ts")).inspectable(inspector)
  host = new ProcessHost(pipe, claims, config.maxFrameBytes, preemptible)
  // The runner is ours, or a test's.
  const { makeRunner } = (await import(config.runner)) as RunnerModule
  const { concurrency, maxMemory } = config
  const memory = maxMemory === undefined ? undefined : new MemoryWatch(maxMemory, () => process.memoryUsage.rss())
  loop = new WorkerLoop(host, makeRunner(host.emit, { sharesMemory: false, wantsEffects }), concurrency, memory)
  if (isOrphan) return loop.close()
  host.tell(Kind.ready, 0)
  for (const frame of early) receive(loop, frame)
  proceed(loop)
}

/** Requests that have arrived. A cut may hit the code that one of them runs: then the rest is still here. */
const requests: Array<readonly [kind: Kind, id: number, value: unknown]> = []

const receive = (loop: WorkerLoop, frame: Frame): void => {
  if (frame.kind === Kind.call) return loop.accept(new ProcessCall(frame))
  const value = frame.kind === Kind.demand ? decodePayload(frame.payload) : undefined
  // The parent sends no other kinds.
  requests.push([frame.kind as Kind, frame.id, value])
}

const proceed = (loop: WorkerLoop): void => {
  for (let request = requests.shift(); request !== undefined; request = requests.shift()) loop.received(...request)
  loop.pump()
}

const reader = new FrameReader((frame) => {
  if (loop !== undefined) receive(loop, frame)
  else if (frame.kind === Kind.config) {
    start(decodePayload(frame.payload) as WorkerConfig).catch((error: unknown) => host.exit(error))
  } else early.push({ ...frame, payload: new Uint8Array(frame.payload) })
})

const buffer = Buffer.allocUnsafeSlow(65_536)
const calls = new Socket({
  fd: Fd.calls,
  readable: true,
  writable: false,
  onread: {
    buffer,
    callback: (length) => {
      if (!reader.push(buffer.subarray(0, length))) host.exit(new Error("The parent's frames are broken"))
      if (loop !== undefined) proceed(loop)
      return true
    }
  }
})
// The parent has ended, in whatever way.
const orphaned = (): void => {
  isOrphan = true
  // Processes that are started during the exit are killed, too.
  process.on("exit", () => killGroup(process.pid))
  if (loop === undefined) process.exit()
  else loop.close()
}
calls.on("error", orphaned)
calls.on("end", orphaned)

process.on("uncaughtExceptionMonitor", (error) => host.lastWords(error))
