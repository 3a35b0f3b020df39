import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { type ExecutorInTaskModuleError, Executor, type TaskModuleError } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { engineOf } from "../../../src/internal/executor/ExecutorImpl.ts"
import { TaskWorker } from "../../../src/internal/remote/client/TaskWorker.ts"
import { TaskFuture } from "../../../src/internal/executor/TaskFuture.ts"
import { Tasks } from "../../behaviour/tasks.ts"

type Any = Executor.Executor<Executor.Failure>
type Failures = TaskModuleError | ExecutorInTaskModuleError

/** The options that both kinds have. */
export type MakeOptions = ThreadExecutor.Options & ProcessExecutor.Options
export type Make = (options?: MakeOptions) => Effect.Effect<Any, Failures, Scope.Scope>

/** The kinds of executors whose workers are not in this thread. */
export const kinds: ReadonlyArray<readonly [name: string, make: Make]> = [
  ["ThreadExecutor", ThreadExecutor.make],
  ["ProcessExecutor", ProcessExecutor.make]
]

/** Processes whose stuck tasks are cut. */
export const cutProcesses: (typeof kinds)[number] = [
  "ProcessExecutor with preempt: inspector",
  (options) => ProcessExecutor.make({ ...options, preempt: "inspector" })
]

/** A file for the traces of tasks. */
export const traces = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "traces-"))),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => {
    const file = path.join(folder, "lines")
    fs.writeFileSync(file, "")
    return { file, lines: () => fs.readFileSync(file, "utf8").split("\n").slice(0, -1) }
  }
)

/** The names of the tasks that workers were given before they had a place for them. */
export const prefetchedBy = (executor: unknown): Array<string> =>
  Array.from(engineOf(executor).dispatcher.prefetchingWorkers).flatMap((worker) =>
    worker.prefetched.toArray().flatMap((node) => (node instanceof TaskFuture ? [node.name] : []))
  )

/** Ends the executor's workers by force, as when one of their calls cannot be stopped otherwise. */
export const giveUp = (executor: Any): void => {
  for (const worker of engineOf(executor).dispatcher.prefetchingWorkers) {
    if (worker instanceof TaskWorker) worker.handle["giveUp"]("stopped", new Error("It was given up"))
  }
}

/** So many quick tasks that each worker prefetches at least twenty. */
export const warmUp = (executor: Any): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    for (let n = 0; n < 300; n++) yield* executor.submit(Tasks.nothing())
    yield* Executor.awaitIdle(executor)
    const workers = Array.from(engineOf(executor).dispatcher.prefetchingWorkers)
    // How many that are depends on how long they seem to take, which on a busy machine may be long.
    if (workers.some((worker) => worker.wanted < 20)) yield* warmUp(executor)
  })

export const names = (prefix: string, count: number): Array<string> =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

export const assertAllOnce = (lines: ReadonlyArray<string>, expected: ReadonlyArray<string>): void => {
  assert.deepStrictEqual(lines.toSorted(), expected.toSorted())
}
