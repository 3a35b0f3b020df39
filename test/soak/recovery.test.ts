import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, Future, TaskTimeoutError } from "effect-futures"
import { kinds } from "../node/remoteExecutors/support.ts"
import { ThreadExecutor } from "effect-futures/node"
import { countRuns, type Counted } from "../node/reliability/Counted.ts"
import { Storm } from "../node/reliability/stormTasks.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 300_000 })

type Any = Executor.Executor<Executor.Failure>

/** Endless in all the ways that only force stops. */
const endless = [Storm.spins, Storm.spinsInTry, Storm.spinsInPromises, Storm.spinsInTimer, Storm.waitsForAtom]

/** A task is stopped by force, and the next one is done. Each has a number of its own. */
const recover = (executor: Any, { tally }: Counted, round: number) =>
  Effect.gen(function* () {
    const stuck = endless[round % endless.length]!(tally, 2 * round)
    const bad = yield* executor.submit(stuck, { timeout: "10 millis" })
    const good = yield* executor.submit(Storm.plain(tally, 2 * round + 1))
    assert.instanceOf(yield* Effect.flip(bad), TaskTimeoutError)
    assert.strictEqual(yield* good, 2 * round + 1)
  })

describe.each(kinds)("%s", (kind, make) => {
  // Each way of not ending twice, or once in processes. More of them: `test/soak/endless.test.ts`.
  const rounds = kind === "ThreadExecutor" ? 10 : 5

  it.live(`recovers from a stuck task ${rounds} times in a row, with one worker, which it has still`, () =>
    Effect.gen(function* () {
      const counted = yield* countRuns(kind, 2 * rounds)
      const executor = yield* make({ maxWorkers: 1, minWorkers: 1, grace: "50 millis" })
      for (let round = 0; round < rounds; round++) yield* recover(executor, counted, round)
      const { failed, succeeded, timedOut, workers } = yield* Executor.stats(executor)
      assert.deepStrictEqual(
        { failed, succeeded, timedOut, workers },
        { failed: 0, succeeded: rounds, timedOut: rounds, workers: 1 }
      )
      const runs = Array.from(counted.runs())
      assert.isTrue(
        runs.every((count, index) => (index % 2 === 0 ? count <= 1 : count === 1)),
        runs.join()
      )
    })
  )

  it.live("one task in a hundred that spins until its timeout does the others no harm", () =>
    Effect.gen(function* () {
      const count = 1000
      const counted = yield* countRuns(kind, count)
      const executor = yield* make({ maxWorkers: 2 })
      const isStuck = (index: number) => index % 100 === 50
      const futures: Array<Future.Future<number, Executor.Failure>> = []
      for (let index = 0; index < count; index++) {
        const task = (isStuck(index) ? Storm.spins : Storm.plain)(counted.tally, index)
        futures.push(yield* executor.submit(task, isStuck(index) ? { timeout: "50 millis" } : {}))
      }
      yield* Future.wait(futures)
      for (const [index, future] of futures.entries()) {
        if (isStuck(index)) assert.instanceOf(yield* Effect.flip(future), TaskTimeoutError)
        else assert.strictEqual(yield* future, index)
      }
      const runs = Array.from(counted.runs())
      assert.isTrue(
        runs.every((count, index) => count === 1 || (isStuck(index) && count === 0)),
        runs.join()
      )
    })
  )
})

it.live("ThreadExecutor: a task that spins where it began between two timers is cut, and the process goes on", () =>
  Effect.gen(function* () {
    const rounds = 20
    const { tally } = yield* countRuns("ThreadExecutor", rounds)
    const executor = yield* ThreadExecutor.make({ maxWorkers: 1, concurrency: 3 })
    for (let round = 0; round < rounds; round++) {
      // When the first of them has ended, the next call begins in the microtasks that Node runs before the other timers.
      const naps = yield* Effect.replicateEffect(executor.submit(Storm.naps(tally, round)), 3)
      const spins = yield* executor.submit(Storm.spins(tally, round), { timeout: "20 millis" })
      assert.instanceOf(yield* Effect.flip(spins), TaskTimeoutError)
      yield* Future.wait(naps)
    }
    assert.strictEqual(yield* Executor.run(executor, Storm.plain(tally, 0)), 0)
  })
)
