import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Exit, Scope, Stream } from "effect"
import { Executor, Future } from "effect-futures"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { eventually, until } from "../behaviour/support.ts"
import { StreamTasks } from "../behaviour/streamTasks.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { leftovers } from "../support/engineState.ts"
import { Watched } from "../support/garbage.ts"
import { kinds, type Make, traces } from "./remoteExecutors/support.ts"
import { Noting, Stuck } from "./remoteExecutors/tasks.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

/** The resources that keep this process alive, by kind, apart from those that come and go in any test. */
const resources = Effect.sync(() => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate" && kind !== "Timeout") counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
})

const events = [
  "exit",
  "beforeExit",
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "uncaughtException",
  "unhandledRejection",
  "warning"
]
const listeners = Effect.sync(() => events.map((event) => [event, process.listenerCount(event)]))

/** All that an executor can go through: results, errors, a crash, what is stuck, and what waits to the end. */
const live = (make: Make, file: string) =>
  Effect.gen(function* () {
    const executor = yield* make({ minWorkers: 1, maxWorkers: 2, spares: 1, timeout: "1 hour", queueTimeout: "1 hour" })
    const group = yield* Executor.group(executor, { maxWorkers: 1 })
    const futures = [
      yield* executor.submit(Tasks.add(1, 2)),
      yield* group.submit(Tasks.refuse("no")),
      yield* executor.submit(Noting.noteAndExit(file, "exits"))
    ]
    yield* Future.wait(futures)
    yield* Executor.stream(executor, StreamTasks.countTo(100)).pipe(Stream.take(3), Stream.runDrain)
    yield* Stream.runDrain(Future.reports(yield* executor.submit(Tasks.reportPlainly(3))))
    const stuck = yield* group.submit(Stuck.spin(file))
    yield* until(() => stuck.state === "running")
    yield* Future.cancel(stuck)
    yield* executor.submit(Stuck.spin(file))
    yield* executor.submit(Tasks.never())
    yield* group.submit(Tasks.nothing())
    yield* Effect.forkScoped(Effect.exit(Stream.runDrain(Executor.stream(executor, StreamTasks.countThenHang(3)))))
    return executor
  })

describe.each(kinds)("%s: when the scope has closed", (_, make) => {
  it.live("no thread, process, port, pipe or listener is left", () =>
    Effect.gen(function* () {
      const { file } = yield* traces
      const before = { resources: yield* resources, listeners: yield* listeners }
      for (let n = 0; n < 3; n++) {
        const executor = yield* Effect.scoped(live(make, file))
        assert.deepStrictEqual(leftovers(executor), [])
      }
      yield* eventually(Effect.all({ resources, listeners }), before)
    })
  )

  it.live("nothing refers to the executor, its tasks or its workers", () =>
    Effect.gen(function* () {
      const { file } = yield* traces
      const watched = new Watched()
      yield* Effect.gen(function* () {
        for (let n = 0; n < 3; n++) {
          const scope = yield* Scope.make()
          const executor = watched.add(yield* live(make, file).pipe(Scope.provide(scope)))
          watched.add(yield* executor.submit(watched.add(Tasks.add(1, 2))))
          yield* Scope.close(scope, Exit.void)
        }
      })
      yield* eventually(watched.kept, 0)
    })
  )
})

it.effect("A program that has used threads and processes ends when their scopes have closed", () =>
  Effect.gen(function* () {
    const { file, lines } = yield* traces
    const program = fileURLToPath(new URL("./remoteExecutors/program.ts", import.meta.url))
    const flags = ["--conditions=effect-futures-source", program, file]
    const { signal, status, stderr, stdout } = spawnSync(process.execPath, flags, { encoding: "utf8", timeout: 90_000 })
    assert.deepStrictEqual([stderr, signal, status], ["", null, 0])
    assert.strictEqual(stdout, "[ true, true ]\nthe end\n")
    assert.strictEqual(lines().filter((line) => line === "exits").length, 2)
    assert.notInclude(lines(), "never")
  })
)
