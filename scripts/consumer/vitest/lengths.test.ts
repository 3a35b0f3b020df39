import { Effect } from "effect"
import { Executor } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { expect, it, vi } from "vitest"
import { Lengths } from "./tasks.js"

// Threads and processes load files with Node.js, and not with Vite: so they get a loader that knows what Vite knows.
const cpu = ThreadExecutor.layer({ maxWorkers: 1, execArgv: ["--import", import.meta.resolve("tsx")] })

const inMetres = (kilometres: number) =>
  Effect.flatMap(Executor.Executor, (executor) => Executor.run(executor, Lengths.inMetres(kilometres)))

it("is computed in a thread", async () => {
  expect(await Effect.runPromise(Effect.provide(inMetres(2), cpu))).toBe(2000)
})

it("is computed while time stands still", async () => {
  vi.useFakeTimers()
  try {
    expect(await Effect.runPromise(Effect.provide(inMetres(3), cpu))).toBe(3000)
  } finally {
    vi.useRealTimers()
  }
})
