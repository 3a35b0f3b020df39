import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch } from "effect"
import { Executor, Future } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import type { TaskFuture } from "../../src/internal/executor/TaskFuture.ts"
import { faultsAtRest } from "./engineState.ts"
import { type FakeWorker, makeFakes } from "./FakeWorkers.ts"

const repliesOf = (workers: ReadonlyArray<FakeWorker>) =>
  Effect.sync(() => {
    for (const worker of workers) {
      while (worker.isAlive && worker.calls.length > 0) worker.reply(worker.calls[0]!.future.name)
    }
  })

/** A task has a place at the only worker, and has not begun. Another one waits. The worker dies while `event` happens. */
const deathAgainst = (
  event: (at: {
    readonly workers: ReadonlyArray<FakeWorker>
    readonly first: Future.Future<string, unknown>
    readonly submit: (name: string, priority?: number) => Effect.Effect<Future.Future<string, unknown>, unknown>
  }) => Effect.Effect<unknown, unknown>,
  isSeen: boolean
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { engine, executor, workers } = yield* makeFakes({ maxAttempts: 2 })
      const tasks: Array<TaskFuture<unknown, unknown>> = []
      const submit = (name: string, priority = 0) =>
        Effect.tap(executor.submit(Effect.succeed(name), { name, priority }), (future) =>
          Effect.sync(() => tasks.push(future as unknown as TaskFuture<unknown, unknown>))
        )
      const first = yield* submit("first")
      const second = yield* submit("second")
      if (isSeen) for (const future of [first, second]) void future.fiber
      yield* Effect.yieldNow
      const go = Latch.makeUnsafe(false)
      let isBegun = false
      const begun = Effect.suspend(() => {
        isBegun = true
        return event({ workers, first, submit })
      })
      const fibers = yield* Effect.forEach([Effect.exit(begun), Effect.sync(() => workers[0]!.die())], (each) =>
        Effect.forkChild(Effect.andThen(go.await, each))
      )
      let death = ""
      fibers[1]!.addObserver(() => {
        death = fibers[0]!.pollUnsafe() !== undefined ? "after it" : isBegun ? "in the midst of it" : "before it"
      })
      yield* go.open
      yield* Fiber.awaitAll(fibers)
      yield* Effect.yieldNow
      assert.deepStrictEqual(faultsAtRest(engine, tasks), [])
      for (let rounds = 0; rounds < 3; rounds++) yield* Effect.andThen(repliesOf(workers), Effect.yieldNow)
      assert.isTrue(tasks.every(Future.isDone))
      const { cancelled, crashed, failed, pending, running, succeeded, timedOut } = yield* Executor.stats(executor)
      assert.deepStrictEqual([pending, running, timedOut, crashed], [0, 0, 0, 1])
      yield* Interleave.reached(`death ${death}`)
      return { cancelled, failed, succeeded }
    })
  )

/** The death of a worker against all else that can happen to its task, in every order that a number of preemptions allows. */
export const workerDeaths = (isSeen: boolean): void => {
  describe(`the death of a worker, in every order, against (its task's fiber is had: ${isSeen})`, () => {
    const check = (
      event: Parameters<typeof deathAgainst>[0],
      expected: ReadonlyArray<string>,
      second: "after it" | "in the midst of it" = "after it"
    ) =>
      Effect.gen(function* () {
        const seen = new Set<string>()
        const program = Effect.map(deathAgainst(event, isSeen), (counts) => seen.add(JSON.stringify(counts)))
        const report = yield* Interleave.check(program, {
          strategy: "exhaustive",
          maxPreemptions: 1,
          maxSteps: 2000,
          requireReached: ["death before it", `death ${second}`]
        })
        assert.isTrue(report.complete)
        assert.deepStrictEqual([...seen].toSorted(), expected.toSorted())
      })
    const ends = (cancelled: number, failed: number, succeeded: number) =>
      JSON.stringify({ cancelled, failed, succeeded })

    it.effect("the beginning of its task, which fails if it has begun, and else goes on elsewhere", () =>
      check(
        ({ workers }) => Effect.sync(() => workers[0]!.isAlive && workers[0]!.call("first")),
        [ends(0, 0, 2), ends(0, 1, 1)]
      )
    )
    it.effect("the end of its task, after which the next one was to begin there", () =>
      check(({ workers }) => Effect.sync(() => workers[0]!.isAlive && workers[0]!.reply("first")), [ends(0, 0, 2)])
    )
    it.effect("the cancellation of its task, which is never run again", () =>
      check(({ first }) => Future.cancel(first), [ends(1, 0, 1)])
    )
    it.effect("a submission that is more urgent, and goes first", () =>
      check(({ submit }) => submit("urgent", 1), [ends(0, 0, 3)])
    )
    it.effect("a wait for its task, which waits on", () =>
      check(({ first }) => Effect.asVoid(Effect.timeoutOption(first, 1)), [ends(0, 0, 2)], "in the midst of it")
    )
  })
}
