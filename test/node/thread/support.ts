import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import {
  startThread,
  type ThreadOptions,
  ThreadTransport
} from "../../../src/internal/node/thread/parent/ThreadTransport.ts"
import type { Call, CallEnd } from "../../../src/internal/remote/Call.ts"
import type { RemoteWorker } from "../../../src/internal/remote/client/RemoteWorker.ts"

const runner = new URL("./runner.ts", import.meta.url).href

/** A call whose end can be waited for. */
export class TestCall implements Call {
  id = 0
  readonly request: Call["request"]
  readonly transfer: ReadonlyArray<unknown>
  readonly ends: Array<CallEnd> = []
  private resolve!: (end: CallEnd) => void
  readonly end = new Promise<CallEnd>((resolve) => (this.resolve = resolve))

  constructor(name: string, args: ReadonlyArray<unknown> = [], transfer: ReadonlyArray<unknown> = []) {
    this.request = { url: "test:", name, args, task: name, ambient: undefined }
    this.transfer = transfer
  }

  /** The worker died before it began: whoever waits for its end need not wait any longer. */
  givenBack(): void {
    this.resolve({ _tag: "Failure", cause: "the worker died before this call began" })
  }

  called(): void {}

  readonly ended = (end: CallEnd): void => {
    this.ends.push(end)
    this.resolve(end)
  }
}

/** A worker thread that is closed at the end of the block. */
export class TestThread {
  readonly handle: RemoteWorker
  private readonly scope: Scope.Closeable
  /** The arguments of `onDeath`. */
  readonly death: Promise<ReadonlyArray<Call>>
  deaths = 0

  private constructor(handle: RemoteWorker, scope: Scope.Closeable) {
    this.handle = handle
    this.scope = scope
    this.death = new Promise((resolve) => {
      handle.ownedBy({
        onDeath: (unbegun) => {
          this.deaths++
          for (const call of unbegun) if (call instanceof TestCall) call.givenBack()
          resolve(unbegun)
        }
      })
    })
  }

  static async start(options: Partial<ThreadOptions> = {}): Promise<TestThread> {
    const scope = Scope.makeUnsafe()
    const all: ThreadOptions = { id: 1, name: "test", runner, grace: 5000, preempt: "inspector", ...options }
    const exit = await Effect.runPromiseExit(Effect.provideService(startThread(all), Scope.Scope, scope))
    if (Exit.isSuccess(exit)) return new TestThread(exit.value, scope)
    await Effect.runPromise(Scope.close(scope, Exit.void))
    // oxlint-disable-next-line typescript/only-throw-error
    throw exit.cause.reasons.map((reason) => (reason._tag === "Fail" ? reason.error : reason))[0]
  }

  push(name: string, args: ReadonlyArray<unknown> = [], transfer: ReadonlyArray<unknown> = []): TestCall {
    const call = new TestCall(name, args, transfer)
    this.handle.push(call)
    return call
  }

  call(name: string, ...args: ReadonlyArray<unknown>): Promise<CallEnd> {
    return this.push(name, args).end
  }

  /** Until the worker has handled all that it was sent. */
  async barrier(): Promise<void> {
    const call = this.push("add", [0, 0])
    this.handle.stop(call)
    await call.end
  }

  get transport(): ThreadTransport {
    const { transport } = this.handle
    if (transport instanceof ThreadTransport) return transport
    throw new Error("it is no thread")
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Effect.runPromise(Scope.close(this.scope, Exit.void))
  }
}

export const makeMemory = (words = 2): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(words * 4))

/** Until the worker has counted that far. */
export const counted = async (memory: Int32Array<SharedArrayBuffer>, atLeast: number, index = 0): Promise<void> => {
  for (let now = Atomics.load(memory, index); now < atLeast; now = Atomics.load(memory, index)) {
    // Alone it would not keep the process alive.
    const alive = setInterval(() => {}, 1000)
    await Atomics.waitAsync(memory, index, now).value
    clearInterval(alive)
  }
}

export const success = (value: unknown): CallEnd => ({ _tag: "Success", value })
