/**
 * A program of a user of this package: scripts/consumer-test.ts copies it to a folder in which
 * the packed package is installed, typechecks it there and runs it. It does the same work in the
 * main thread and in a worker thread.
 */
import { isMainThread, Worker } from "node:worker_threads"
import { Effect, Ref } from "effect"
import { Executor, FiberExecutor, type TaskTimeoutError } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Interleave, it } from "effect-futures/testing"
import { Sums } from "./tasks.ts"

const where = isMainThread ? "main thread" : "worker thread"

const check = (what: string, found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${where}: ${what} gave ${String(found)} instead of ${String(expected)}`)
}

const onFibers = Effect.gen(function* () {
  const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
  const future = yield* executor.submit(Effect.succeed(20).pipe(Effect.map((n) => n + 1)))
  const result: number = yield* future
  check("a future", result * 2, 42)
  check("a task on fibers", yield* Executor.run(executor, Sums.add(40, 2)), 42)
}).pipe(Effect.scoped)

const onWorkers = (kind: string, executor: Executor.Executor<Executor.Failure>) =>
  Effect.gen(function* () {
    check(`a function on ${kind}`, yield* Executor.run(executor, Sums.add(40, 2)), 42)
    check(`an effect on ${kind}`, yield* Executor.run(executor, Sums.addLater(40, 2)), 42)
    const stuck = Effect.flip(Executor.run(executor, Sums.never(), { timeout: "200 millis" }))
    const error = yield* stuck
    check(`an endless loop on ${kind}`, error._tag, "TaskTimeoutError" satisfies TaskTimeoutError["_tag"])
    check(`what follows on ${kind}`, yield* Executor.run(executor, Sums.add(1, 2)), 3)
  })

const countingTwice = (increment: (count: Ref.Ref<number>) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    yield* Effect.all([increment(count), increment(count)], { concurrency: "unbounded" })
    if ((yield* Ref.get(count)) !== 2) yield* Effect.fail("an update was lost")
  })
const lossy = countingTwice((count) => Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1)))
const mended = countingTwice((count) => Ref.update(count, (n) => n + 1))

const interleaved = Effect.gen(function* () {
  const error = yield* Effect.flip(Interleave.check(lossy))
  check("a lost update", error._tag === "InterleaveFailure" ? error.kind : error.message, "failure")
  const report = yield* Interleave.check(mended)
  check("the proof that none is lost", report.complete && report.failures.length === 0, true)
})

// The peers of `it` are not installed here. That must not matter to those who do without it: neither to the types,
// which are checked with all that they refer to, nor to the import.
const optional = ["vitest", "@effect/vitest"].filter((name) => {
  try {
    return import.meta.resolve(name) !== ""
  } catch {
    return false
  }
})
export const registers = (): void => it.interleave("loses none", mended, { maxPreemptions: 3 }, 1000)

const program = Effect.gen(function* () {
  check("optional peers", optional.join(), "")
  yield* interleaved
  yield* onFibers
  yield* onWorkers("threads", yield* ThreadExecutor.make({ maxWorkers: 1 }))
  yield* onWorkers("processes", yield* ProcessExecutor.make({ maxWorkers: 1 }))
}).pipe(Effect.scoped)

await Effect.runPromise(program)
console.log(`${where}: ok`)

if (isMainThread) {
  await new Promise<void>((resolve, reject) => {
    new Worker(new URL(import.meta.url))
      .on("error", reject)
      .on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the worker thread exited with code ${code}`))))
  })
}
