import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { ProcessOptions } from "../../../../src/internal/node/process/parent/ProcessOptions.ts"
import type { RemoteWorker } from "../../../../src/internal/remote/client/RemoteWorker.ts"
import { ProcessTransport, startProcess } from "../../../../src/internal/node/process/parent/ProcessTransport.ts"
import type { Call, CallEnd } from "../../../../src/internal/remote/Call.ts"

const testRunner = new URL("./testRunner.ts", import.meta.url).href

/** The processes that run tasks. */
export const taskRunner = new URL("../../../../src/internal/remote/host/runner.ts", import.meta.url).href

/** A call whose end can be awaited. It fails to end twice. */
export interface TestCall extends Call {
  readonly end: Promise<CallEnd>
  readonly ends: ReadonlyArray<CallEnd>
}

export const makeCall = (name: string, ...args: ReadonlyArray<unknown>): TestCall => {
  const { promise: end, resolve } = Promise.withResolvers<CallEnd>()
  const ends: Array<CallEnd> = []
  return {
    id: 0,
    request: { url: "test:", name, args, task: name, ambient: undefined },
    transfer: [],
    called: () => {},
    end,
    ends,
    ended: (how) => {
      ends.push(how)
      resolve(how)
    }
  }
}

export const pushed = (worker: RemoteWorker, name: string, ...args: ReadonlyArray<unknown>): TestCall => {
  const call = makeCall(name, ...args)
  worker.push(call)
  return call
}

export const done = (worker: RemoteWorker, name: string, ...args: ReadonlyArray<unknown>): Promise<CallEnd> =>
  pushed(worker, name, ...args).end

export const success = (value: unknown): CallEnd => ({ _tag: "Success", value })

export const pidOf = ({ transport }: RemoteWorker): number => {
  if (transport instanceof ProcessTransport) return transport.pid
  throw new Error("it is no process")
}

/** A worker's death, to be awaited. */
export const deathOf = (worker: RemoteWorker): Promise<ReadonlyArray<Call>> =>
  new Promise((resolve) => {
    worker.ownedBy({ onDeath: resolve })
  })

export const options = (more: Partial<ProcessOptions> = {}): ProcessOptions => ({
  id: 1,
  name: "worker-1",
  executor: "tests",
  grace: 5000,
  runner: testRunner,
  ...more
})

/** Runs a test with a worker process, which is closed afterwards. */
export const withWorker =
  (test: (worker: RemoteWorker) => Promise<unknown>, more?: Partial<ProcessOptions>): (() => Promise<void>) =>
  () =>
    Effect.runPromise(
      Effect.scoped(Effect.flatMap(startProcess(options(more)), (worker) => Effect.promise(() => test(worker))))
    ).then(() => {})

/** Runs a test with a folder for files that processes write. */
export const inFolder = async (test: (folder: string) => Promise<unknown>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "processes-"))
  try {
    await test(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const linesOf = (file: string): ReadonlyArray<string> => {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1)
  } catch {
    return []
  }
}

/** Waits until something is so that nobody tells of. The test's own timeout bounds it. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await sleep(2)
}

/** Whether a process runs. One that is dead and waits to be collected does not. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== "linux") return true
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

/** A call that is known to have begun. */
export const begun = async (
  worker: RemoteWorker,
  folder: string,
  name: string,
  ...args: ReadonlyArray<unknown>
): Promise<TestCall> => {
  const file = join(folder, crypto.randomUUID())
  const call = pushed(worker, "noteThen", file, name, ...args)
  await until(() => linesOf(file).length === 1)
  return call
}
