import { spawn } from "node:child_process"
import { appendFileSync, writeFileSync, writeSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type { RunnerModule } from "../../../../src/internal/remote/host/CallRunner.ts"

interface Host {
  readonly send: (message: unknown) => void
}

type Fn = (host: Host, signal: AbortSignal, ...args: ReadonlyArray<any>) => unknown

const spin = (): never => {
  for (;;) {}
}

/** The functions that the tests can call, by name. If one returns a promise, the call ends with it. */
const functions: Record<string, Fn> = {
  add: (_host, _signal, a: number, b: number) => a + b,
  echo: (_host, _signal, value: unknown) => value,
  unclonable: () => () => {},
  pid: () => process.pid,
  where: () => ({ cwd: process.cwd(), env: { ...process.env }, execArgv: process.execArgv, argv: process.argv }),
  bytes: (_host, _signal, size: number) => new Uint8Array(size).fill(7),
  length: (_host, _signal, bytes: Uint8Array) => bytes.length,
  note: (_host, _signal, file: string, text: string) => appendFileSync(file, `${text}\n`),
  noteThen: (host, signal, file: string, name: string, ...args) => {
    appendFileSync(file, `${name}\n`)
    return functions[name]!(host, signal, ...args)
  },
  spin,
  busy: (_host, _signal, ms: number) => {
    const end = performance.now() + ms
    while (performance.now() < end);
  },
  blocked: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  later: async (_host, _signal, ms: number, value: unknown) => {
    await sleep(ms)
    return value
  },
  untilAborted: (_host, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve("aborted"))),
  cleanUp: (_host, signal, file: string, ms: number) =>
    new Promise((resolve) =>
      signal.addEventListener("abort", () => {
        void sleep(ms).then(() => {
          writeFileSync(file, "clean")
          resolve("cleaned")
        })
      })
    ),
  ignoreAbort: () => new Promise(() => setInterval(() => {}, 1000)),
  spinLater: () => new Promise(() => setTimeout(spin, 1)),
  exit: (_host, _signal, code: number) => process.exit(code),
  abort: () => process.abort(),
  signal: (_host, _signal, name: NodeJS.Signals) => {
    process.kill(process.pid, name)
    spin()
  },
  throwLater: (_host, _signal, message: string) => {
    setTimeout(() => {
      throw new TypeError(message)
    }, 1)
    return "done"
  },
  rejectNow: (_host, _signal, message: string) => {
    void Promise.reject(new RangeError(message))
    return new Promise(() => {})
  },
  outOfMemory: () => {
    const all: Array<unknown> = []
    for (;;) all.push(new Array(100_000).fill(all.length + 0.5))
  },
  print: (_host, _signal, text: string) => {
    console.log(text)
    console.error(text)
  },
  garbage: (_host, _signal, text: string) => {
    writeSync(4, text)
    return new Promise(() => {})
  },
  brokenFrame: (host) => {
    host.send(1)
    writeSync(4, Buffer.from("ef1100000000000000000000ffffff7f", "hex"))
    return "after"
  },
  say: (host, _signal, text: string) => host.send(text),
  sayThen: (host, signal, text: string, name: string, ...args) => {
    host.send(text)
    return functions[name]!(host, signal, ...args)
  },
  child: () => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }).pid,
  childThenSpin: (_host, _signal, file: string) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" })
    appendFileSync(file, `${process.pid} ${child.pid}\n`)
    spin()
  },
  childThenExit: (_host, _signal, file: string) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" })
    writeFileSync(file, String(child.pid))
    process.exit(3)
  }
}

export const makeRunner: RunnerModule["makeRunner"] = (send) => {
  const host = { send }
  const running = new Set<Promise<unknown>>()
  const aborts = new Set<AbortController>()
  let closeFile: string | undefined
  functions["onClose"] = (_host, _signal, file: string) => {
    closeFile = file
  }
  return {
    run(request, on) {
      const abort = new AbortController()
      const fail = (error: unknown) => on.ended({ _tag: "Failure", cause: String(error) }, [])
      try {
        const value = functions[request.name]!(host, abort.signal, ...(request.args as ReadonlyArray<unknown>))
        if (value instanceof Promise) {
          running.add(value)
          aborts.add(abort)
          void value
            .then((value) => on.ended({ _tag: "Success", value }, []), fail)
            .finally(() => {
              running.delete(value)
              aborts.delete(abort)
            })
        } else on.ended({ _tag: "Success", value }, [])
      } catch (error) {
        fail(error)
      }
      return { interrupt: () => abort.abort() }
    },
    async close() {
      for (const abort of aborts) abort.abort()
      await Promise.all(running)
      if (closeFile !== undefined) appendFileSync(closeFile, "closed\n")
    }
  }
}
