import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { WorkerEnd } from "../../../src/internal/executor/workers/WorkerEnd.ts"
import { childFlags } from "../../../src/internal/node/process/childFlags.ts"
import type { ProcessOptions } from "../../../src/internal/node/process/parent/ProcessOptions.ts"
import { startProcess } from "../../../src/internal/node/process/parent/ProcessTransport.ts"
import { startThread, type ThreadOptions } from "../../../src/internal/node/thread/parent/ThreadTransport.ts"
import type { Call, CallEnd } from "../../../src/internal/remote/Call.ts"
import type { RemoteWorker } from "../../../src/internal/remote/client/RemoteWorker.ts"

const runner = new URL("./runner.ts", import.meta.url).href

/** A call whose end can be awaited. */
export interface TestCall extends Call {
  readonly end: Promise<CallEnd>
  readonly calls: { count: number }
}

export const makeCall = (name: string, ...args: ReadonlyArray<unknown>): TestCall => {
  const { promise: end, resolve } = Promise.withResolvers<CallEnd>()
  const calls = { count: 0 }
  return {
    id: 0,
    request: { url: "test:", name, args, task: name, ambient: undefined },
    transfer: [],
    calls,
    called: () => void calls.count++,
    end,
    ended: resolve
  }
}

/** A worker of either kind, which is closed at the end of the block. */
export class TestWorker {
  readonly worker: RemoteWorker
  /** How it ended, and what it had not begun, if nobody has closed it. */
  readonly death: Promise<{ readonly unbegun: ReadonlyArray<Call>; readonly end: WorkerEnd }>
  private readonly scope: Scope.Closeable

  constructor(worker: RemoteWorker, scope: Scope.Closeable) {
    this.worker = worker
    this.scope = scope
    this.death = new Promise((resolve) => worker.ownedBy({ onDeath: (unbegun, end) => resolve({ unbegun, end }) }))
  }

  push(name: string, ...args: ReadonlyArray<unknown>): TestCall {
    const call = makeCall(name, ...args)
    this.worker.push(call)
    return call
  }

  call(name: string, ...args: ReadonlyArray<unknown>): Promise<CallEnd> {
    return this.push(name, ...args).end
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Effect.runPromise(Scope.close(this.scope, Exit.void))
  }
}

interface StartOptions {
  readonly concurrency?: number
  readonly grace?: number
  /** In megabytes: how deep a value may be that the worker reads and writes. */
  readonly stack?: number
}

const start = async (make: Effect.Effect<RemoteWorker, unknown, Scope.Scope>): Promise<TestWorker> => {
  const scope = Scope.makeUnsafe()
  return new TestWorker(await Effect.runPromise(Effect.provideService(make, Scope.Scope, scope)), scope)
}

export const startTestThread = ({ stack, ...more }: StartOptions = {}): Promise<TestWorker> => {
  const options: ThreadOptions = { id: 1, name: "w-1", runner, grace: 5000, preempt: "inspector", ...more }
  return start(startThread(stack === undefined ? options : { ...options, resourceLimits: { stackSizeMb: stack } }))
}

export const startTestProcess = ({ stack, ...more }: StartOptions = {}): Promise<TestWorker> => {
  const options: ProcessOptions = { id: 1, name: "w-1", executor: "tests", runner, grace: 5000, ...more }
  const execArgv = [...childFlags(process.execArgv), `--stack-size=${Math.floor((stack ?? 0) * 1000)}`]
  return start(startProcess(stack === undefined ? options : { ...options, execArgv }))
}

export const transports: ReadonlyArray<
  readonly [name: string, start: (options?: StartOptions) => Promise<TestWorker>]
> = [
  ["thread", startTestThread],
  ["process", startTestProcess]
]

export const success = (value: unknown): CallEnd => ({ _tag: "Success", value })

export const deep = (levels: number): unknown => {
  let value: object = {}
  for (let i = 0; i < levels; i++) value = { value }
  return value
}
