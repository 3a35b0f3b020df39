import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { type Executor, Future } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { until } from "../behaviour/until.ts"
import { collectGarbage } from "../support/garbage.ts"
import { kinds, type Make } from "../node/remoteExecutors/support.ts"
import { countRuns, type Counted } from "../node/reliability/Counted.ts"
import { Storm } from "../node/reliability/stormTasks.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 300_000 })

type Any = Executor.Executor<Executor.Failure>

const endless = [Storm.spins, Storm.spinsInTry, Storm.spinsInPromises, Storm.waitsForAtom]

/** Each of them runs when it is stopped. */
const stop = (executor: Any, { runs, tally }: Counted, from: number, to: number) =>
  Effect.gen(function* () {
    for (let n = from; n < to; n++) {
      const future = yield* executor.submit(endless[n % endless.length]!(tally, n))
      yield* until(() => runs()[n] === 1)
      assert.isTrue(yield* Future.cancel(future))
    }
  })

const megabyte = 1024 * 1024

/** The memory in use here, and in the worker that runs the task. */
const memory = (executor: Any) =>
  Effect.gen(function* () {
    const inWorker = yield* yield* executor.submit(Storm.memory())
    yield* collectGarbage
    const { arrayBuffers, heapUsed, rss } = process.memoryUsage()
    return { inWorker, arrayBuffers, heapUsed, rss }
  })

/** More than what V8 compiles meanwhile; far less than what so many workers take, or are described by. */
const allowance = (stops: number) => ({
  inWorker: 2 * megabyte,
  arrayBuffers: megabyte,
  heapUsed: stops * 10_000,
  rss: 100 * megabyte
})

const withTerminate: Make = (options) => ThreadExecutor.make({ ...options, preempt: "terminate" })

describe.each([...kinds, ["ThreadExecutor that terminates", withTerminate] as const])("%s", (kind, make) => {
  // Not for threads that are replaced each time: processes are as well, and take as long.
  const stops = kind === "ThreadExecutor that terminates" ? 60 : 200

  it.live(`memory after ${stops} forced stops is not above what it was after 20`, () =>
    Effect.gen(function* () {
      const counted = yield* countRuns(kind === "ProcessExecutor" ? kind : "ThreadExecutor", stops)
      const executor = yield* make({ maxWorkers: 1 })
      yield* stop(executor, counted, 0, 20)
      const before = yield* memory(executor)
      yield* stop(executor, counted, 20, stops)
      const after = yield* memory(executor)
      for (const [name, more] of Object.entries(allowance(stops - 20))) {
        // As it was written above.
        const key = name as keyof typeof before
        assert.isBelow(after[key], before[key] + more, name)
      }
    })
  )
})
