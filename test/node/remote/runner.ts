import { closeSync, writeFileSync, writeSync } from "node:fs"
import type { RunnerModule } from "../../../src/internal/remote/host/CallRunner.ts"

// The functions of the workers for the tests of both transports, by name.

const spin = (): never => {
  for (;;) {}
}

/** Does it when the call has been answered, and says so with a file. */
const later = (file: string, f: () => void) =>
  void setTimeout(() => {
    writeFileSync(file, "")
    f()
  }, 5)

/** Objects in each other. */
const deep = (levels: number): unknown => {
  let value: object = {}
  for (let i = 0; i < levels; i++) value = { value }
  return value
}

const functions: Record<string, (...args: ReadonlyArray<never>) => unknown> = {
  add: (a: number, b: number) => a + b,
  ignore: () => "ignored",
  deep,
  throwDeep: (levels: number) => {
    // As it is, for the test's own way of writing failures down.
    throw deep(levels)
  },
  proxy: () => new Proxy({ a: 1 }, {}),
  function: () => () => {},
  spin,
  /** Leaves something behind that keeps the event loop from everything. */
  spinLater: (file: string) => later(file, spin),
  stopItself: (file: string) => later(file, () => process.kill(process.pid, "SIGSTOP")),
  hearNothing: (file: string) => later(file, () => closeSync(3)),
  exitLater: (millis: number) => void setTimeout(() => process.exit(3), millis),
  busy: (millis: number) => {
    const end = performance.now() + millis
    while (performance.now() < end);
    return "done"
  },
  never: () => new Promise(() => setInterval(() => {}, 1000)),
  /** Writes into the pipe for replies what its own worker would write. */
  forge: (bytes: Uint8Array) => {
    writeSync(4, bytes)
    return new Promise(() => setInterval(() => {}, 1000))
  }
}

export const makeRunner: RunnerModule["makeRunner"] = () => {
  const warm = new Set<string>()
  return {
    isWarm: ({ name }) => warm.has(name),
    run(request, on) {
      on.called(!warm.has(request.name))
      warm.add(request.name)
      const fail = (cause: unknown) => on.ended({ _tag: "Failure", cause }, [])
      try {
        const value = functions[request.name]!(...(request.args as Array<never>))
        if (value instanceof Promise) value.then((value) => on.ended({ _tag: "Success", value }, []), fail)
        else on.ended({ _tag: "Success", value }, [])
      } catch (error) {
        fail(error)
      }
      return { interrupt: () => on.ended({ _tag: "Interrupted" }, []) }
    },
    close: () => Promise.resolve()
  }
}
