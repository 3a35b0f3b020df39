import { getHeapStatistics } from "node:v8"
import { workerData } from "node:worker_threads"
import type { RunnerModule } from "../../remote/host/CallRunner.ts"
import { keepOutMainModule } from "../../remote/host/importing.ts"
import { WorkerLoop } from "../../remote/host/WorkerLoop.ts"
import { wantsEffects } from "../lazyModules.ts"
import { MemoryWatch } from "../../remote/host/MemoryWatch.ts"
import type { ThreadData } from "./protocol.ts"
import { ThreadHost } from "./worker/ThreadHost.ts"

// `ThreadTransport` has put this there.
const { data, main, runner } = workerData as {
  readonly runner: string
  readonly main: string | undefined
  readonly data: ThreadData
}
keepOutMainModule(main)
const host = new ThreadHost(data)
const { makeRunner } = (await import(runner)) as RunnerModule
const { concurrency, maxMemory } = data
const ownBytes = (): number => {
  const { external_memory: external, used_heap_size: heap } = getHeapStatistics()
  return heap + external
}
const memory = maxMemory === undefined ? undefined : new MemoryWatch(maxMemory, ownBytes)
host.start(new WorkerLoop(host, makeRunner(host.emit, { sharesMemory: true, wantsEffects }), concurrency, memory))
