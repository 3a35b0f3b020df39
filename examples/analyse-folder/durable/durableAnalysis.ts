import { Context, type Duration, Effect, FileSystem, Layer, Option, Path } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Executor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { fork } from "node:child_process"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { inCount, inNumbers } from "../format.ts"
import type { Tally } from "../Tally.ts"

/** The analysis on two processes that take their tasks from a database. */
export interface DurableAnalysis {
  readonly executor: Executor.Executor<Executor.Failure>
  /** A sentence on the tasks, and on the process that was killed. */
  readonly epilogue: Effect.Effect<string>
}

/** The share of the files that is done when one of the processes is killed. */
const killAfter = 0.4

/** Two processes live as long as the scope, but for the one that is killed in the middle. */
export const durableAnalysis = Effect.fnUntraced(function* (timeout: Option.Option<Duration.Duration>, tally: Tally) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "analyse-folder-" }))
  const filename = (yield* Path.Path).join(folder, "tasks.db")
  const sql = Context.get(yield* Effect.orDie(Layer.build(DurableExecutor.layerSqlite({ filename }))), SqlClient)
  const executor = yield* DurableExecutor.make({
    name: "analyse",
    // Many tasks are on their way at a time: that takes longer than to analyse a file.
    maxWorkers: 16 * availableParallelism(),
    timeout: Option.getOrUndefined(timeout),
    onClose: "cancel"
  }).pipe(Effect.provideService(SqlClient, sql), Effect.orDie)
  const victim = yield* startMachine(filename, "victim")
  yield* startMachine(filename, "survivor")

  let killedAfter: number | undefined
  const kill = Effect.gen(function* () {
    if (!tally.isAllFound || tally.done === 0 || tally.done < tally.found * killAfter) return false
    // A process that stands still keeps the tasks that it has, so they can be counted.
    victim.kill("SIGSTOP")
    const running = yield* DurableExecutor.list(executor, { state: "running", limit: 1000 })
    const hasTasks = running.some(({ worker }) => worker?.startsWith("victim") === true)
    victim.kill(hasTasks ? "SIGKILL" : "SIGCONT")
    if (hasTasks) killedAfter = tally.done
    return hasTasks
  })
  yield* Effect.forkScoped(Effect.repeat(Effect.delay(kill, "10 millis"), { until: (isKilled) => isKilled }))

  const epilogue = Effect.map(Effect.orDie(DurableExecutor.list(executor, { limit: 10_000_000 })), (tasks) => {
    const files = new Set(tasks.map(({ name }) => name))
    const again = tasks.filter(({ attempt }) => attempt > 1).length
    const open = tasks.filter(({ settledAt }) => settledAt === undefined).length
    const when =
      killedAfter === undefined
        ? "Everything was done before one of the two worker processes could be killed."
        : `One of the two worker processes was killed after ${inCount(killedAfter, "file")}; what it had was done by the other.`
    const once = files.size === tasks.length && open === 0 ? "every file is there once" : `${open} are not settled`
    return `Durable\n  ${when}\n  ${inCount(tasks.length, "task")} in the database, ${inNumbers(again)} begun again: ${once}.`
  })
  const analysis: DurableAnalysis = { executor, epilogue }
  return analysis
})

const program = fileURLToPath(new URL("machine.ts", import.meta.url))

/** A process works as one on another machine would. */
const startMachine = (filename: string, name: string) =>
  Effect.acquireRelease(
    // The output of the process is no part of the table.
    Effect.sync(() => fork(program, [filename, name], { stdio: ["ignore", "ignore", "inherit", "ipc"] })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
