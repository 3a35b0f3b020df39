/**
 * A program of a user of this package: scripts/consumer-test.ts copies it to an empty folder in which
 * the packed package is installed, typechecks it there and runs it. It does the same work in the
 * main thread and in a worker thread.
 */
import { Effect } from "effect"
import { FiberExecutor } from "effect-futures"
import * as NodeEntry from "effect-futures/node"
import * as TestingEntry from "effect-futures/testing"
import { isMainThread, Worker } from "node:worker_threads"

const program = Effect.gen(function* () {
  const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
  const future = yield* executor.submit(Effect.succeed(20).pipe(Effect.map((n) => n + 1)))
  const result: number = yield* future
  return result * 2
}).pipe(Effect.scoped)

const answer = await Effect.runPromise(program)
const where = isMainThread ? "main thread" : "worker thread"
if (answer !== 42) {
  throw new Error(`${where}: the future gave ${answer} instead of 42`)
}
for (const entry of [NodeEntry, TestingEntry]) {
  if (Object.prototype.toString.call(entry) !== "[object Module]") {
    throw new Error(`${where}: an entry is not a module`)
  }
}
console.log(`${where}: ok`)

if (isMainThread) {
  await new Promise<void>((resolve, reject) => {
    new Worker(new URL(import.meta.url))
      .on("error", reject)
      .on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the worker thread exited with code ${code}`))))
  })
}
