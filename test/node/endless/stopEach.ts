import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { Executor, Future } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { type Begun, Endless, mark, Where } from "./endlessTasks.ts"

export const kinds = Object.keys(Endless) as ReadonlyArray<keyof typeof Endless>

/** An executor with one worker, and how its tasks say that they have begun. */
interface Subject {
  readonly executor: Executor.Executor<Executor.Failure>
  readonly begun: Begun
  readonly untilBegun: (count: number) => Effect.Effect<void>
}

const inThread: Effect.Effect<Subject, unknown, Scope.Scope> = Effect.gen(function* () {
  const executor = yield* ThreadExecutor.make({ maxWorkers: 1, minWorkers: 1 })
  const begun = new Int32Array(new SharedArrayBuffer(4))
  const untilBegun = (count: number) =>
    Effect.promise(async () => {
      // Alone the wait would not keep the process alive.
      const alive = setInterval(() => {}, 1000)
      for (let now = Atomics.load(begun, 0); now < count; now = Atomics.load(begun, 0)) {
        await Atomics.waitAsync(begun, 0, now).value
      }
      clearInterval(alive)
    })
  return { executor, begun, untilBegun }
})

const inProcess: Effect.Effect<Subject, unknown, Scope.Scope> = Effect.gen(function* () {
  let printed = 0
  let look = () => {}
  const output = (_: string, text: string) => {
    printed += text.split(mark).length - 1
    look()
  }
  const executor = yield* ProcessExecutor.make({ maxWorkers: 1, minWorkers: 1, preempt: "inspector", output })
  const untilBegun = (count: number) =>
    Effect.callback<void>((resume) => {
      look = () => {
        if (printed >= count) resume(Effect.void)
      }
      look()
    })
  return { executor, begun: "print", untilBegun }
})

const subjects = { thread: inThread, process: inProcess }

/** Stops so many endless tasks of a kind, one after the other. Gives how many threads or processes that took. */
export const stopEach = (worker: keyof typeof subjects, kind: keyof typeof Endless, count: number) =>
  Effect.gen(function* () {
    const { begun, executor, untilBegun } = yield* subjects[worker]
    const used = new Set<string>()
    for (let i = 1; i <= count; i++) {
      const future = yield* executor.submit(Endless[kind](begun))
      yield* untilBegun(i)
      yield* Future.cancel(future)
      assert.strictEqual(future.state, "cancelled")
      used.add(yield* Executor.run(executor, Where.worker()))
    }
    const { cancelled, failed, running, workers } = yield* Executor.stats(executor)
    assert.deepStrictEqual(
      { cancelled, failed, running, workers },
      { cancelled: count, failed: 0, running: 0, workers: 1 }
    )
    return used.size
  }).pipe(Effect.scoped)
