import * as fs from "node:fs"
import * as wt from "node:worker_threads"
import type { CallReply, CallRequest } from "../../../src/internal/remote/Call.ts"
import type { CallEvents, CallRunner, RunningCall } from "../../../src/internal/remote/host/CallRunner.ts"

// A runner for tests of the way to a thread and back. It knows a few functions by name, and `log`s to shared memory
// what was run, which shows also what no reply tells.

type Fn = (args: ReadonlyArray<unknown>, ctx: Context) => unknown

interface Context {
  readonly emit: (message: unknown) => void
  readonly onInterrupt: (f: () => void) => void
  readonly transfer: (values: ReadonlyArray<unknown>) => void
}

/** Adds one to a word of shared memory. */
const count = (memory: unknown, index = 0): void => {
  Atomics.add(memory as Int32Array, index, 1)
  Atomics.notify(memory as Int32Array, index)
}

const spin = (): never => {
  for (;;) {
    /* for ever */
  }
}

const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

const loop: { [name: string]: (body: () => void) => unknown } = {
  call: (body) => body(),
  immediate: (body) => new Promise(() => setImmediate(body)),
  laterImmediate: (body) =>
    new Promise(() => {
      setImmediate(() => {})
      setImmediate(body)
    }),
  timeout: (body) => new Promise(() => setTimeout(body, 1)),
  tick: (body) => new Promise(() => process.nextTick(body)),
  microtask: (body) => Promise.resolve().then(body),
  queuedMicrotask: (body) => new Promise(() => queueMicrotask(body)),
  io: (body) => new Promise(() => fs.stat(".", body))
}

let together: Promise<void> | undefined

const functions: { [name: string]: Fn } = {
  add: ([a, b]) => (a as number) + (b as number),
  identity: ([value]) => value,
  count: ([memory, index]) => count(memory, index as number | undefined),
  throws: () => {
    throw new Error("thrown")
  },
  function: () => () => {},
  buffer: ([size], ctx) => {
    const buffer = new ArrayBuffer(size as number)
    ctx.transfer([buffer])
    return buffer
  },
  size: ([buffer]) => (buffer as ArrayBuffer).byteLength,
  env: ([name]) => process.env[name as string],
  heapUsed: () => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  },
  threadId: () => wt.threadId,
  emit: (messages, ctx) => messages.forEach((message) => ctx.emit(message)),
  sleep: async ([millis]) => sleep(millis as number),
  async: async ([value]) => {
    await Promise.resolve()
    return value
  },
  /** Never ends, but can be asked to, and then takes its time. */
  waits: ([memory, cleanup], ctx) =>
    new Promise((_resolve, reject) => {
      count(memory)
      ctx.onInterrupt(async () => {
        await sleep((cleanup as number) ?? 0)
        count(memory)
        reject(new Error("interrupted"))
      })
      setInterval(() => {}, 1000).unref()
    }),
  /** Never ends, and does not care for being asked to. */
  deaf: ([memory]) => {
    count(memory)
    return new Promise(() => {})
  },
  stuckIn: ([memory, where]) => loop[where as string]!(() => stuck(memory)),
  stuck: ([memory]) => stuck(memory),
  stuckInTry: ([memory]) => {
    for (;;) {
      try {
        stuck(memory)
      } catch {
        count(memory, 1)
      } finally {
        count(memory, 1)
      }
    }
  },
  stuckInWait: ([memory]) => {
    count(memory)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  stuckInPromises: async ([memory]) => {
    count(memory)
    for (;;) await Promise.resolve()
  },
  /** A busy loop for several calls at once, which begin when the second word is set. */
  stuckTogether: async ([memory]) => {
    count(memory)
    await (together ??= new Promise((resolve) => {
      const timer = setInterval(() => {
        if (Atomics.load(memory as Int32Array, 1) === 0) return
        clearInterval(timer)
        resolve()
      }, 1)
    }))
    count(memory)
    for (;;) await Promise.resolve()
  },
  /** Most of the time in code of Node.js that changes what all in the thread share. */
  stuckInTimers: ([memory]) => {
    count(memory)
    for (;;) {
      for (let i = 0; i < 50; i++) {
        clearTimeout(setTimeout(() => {}, i * 7))
        setTimeout(() => {}, 100 + i).unref()
      }
    }
  },
  /** Not JavaScript at all. */
  blocked: ([memory, millis]) => {
    count(memory)
    const end = Date.now() + (millis as number)
    // Sleeps in native code, where nothing can be cut, for a long time.
    while (Date.now() < end) fs.readFileSync("/dev/null")
  },
  /** Ends after so many microseconds of work. */
  work: ([micros]) => {
    const end = performance.now() + (micros as number) / 1000
    while (performance.now() < end) continue
    return micros
  },
  exit: ([code]) => process.exit(code as number),
  /** Returns at once. */
  throwsLater: ([memory]) => {
    setTimeout(() => {
      count(memory)
      throw new Error("late")
    }, 1)
  },
  rejects: async () => {
    void Promise.reject(new Error("unheard"))
    await new Promise(() => {})
  },
  lastWords: () => {
    process.stderr.write("I die\n", () => process.exit(3))
    return new Promise(() => {})
  },
  fill: () => {
    const all: Array<unknown> = []
    // In pieces: V8 gives up the whole process if it needs much at once when there is no more.
    for (;;) all.push(Array.from({ length: 10_000 }, () => 0))
  },
  timers: () => void setInterval(() => {}, 1000)
}

const stuck = (memory: unknown): never => {
  count(memory)
  return spin()
}

const failure = (error: unknown): CallReply => ({ _tag: "Failure", cause: error })

class TestRunner implements CallRunner {
  private readonly emit: (message: unknown) => void
  private closeMemory: Int32Array | undefined
  constructor(emit: (message: unknown) => void) {
    this.emit = emit
  }

  run(request: CallRequest, on: CallEvents): RunningCall {
    let onInterrupt = (): void => {}
    let transfer: ReadonlyArray<unknown> = []
    const ctx: Context = {
      emit: this.emit,
      onInterrupt: (f) => (onInterrupt = f),
      transfer: (values) => (transfer = values)
    }
    const succeed = (value: unknown): void => on.ended({ _tag: "Success", value }, transfer)
    const fail = (error: unknown): void => on.ended(failure(error), [])
    const args = request.args as ReadonlyArray<unknown>
    if (request.name === "onClose") this.closeMemory = args[0] as Int32Array
    try {
      const result = request.name === "onClose" ? undefined : functions[request.name]!(args, ctx)
      if (result instanceof Promise) void result.then(succeed, fail)
      else succeed(result)
    } catch (error) {
      fail(error)
    }
    return { interrupt: () => onInterrupt() }
  }

  async close(): Promise<void> {
    if (this.closeMemory === undefined) return
    count(this.closeMemory)
    if (this.closeMemory[1] === 1) await new Promise(() => {})
  }
}

export const makeRunner = (emit: (message: unknown) => void): CallRunner => new TestRunner(emit)
