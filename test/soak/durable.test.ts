import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { Future } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { until } from "../behaviour/until.ts"
import { Machine } from "../durable/processes/Machine.ts"
import { begunIn, Far } from "../durable/processes/tasks.ts"
import { onDatabases } from "../durable/support/databases.ts"

const tasks = 10_000
const places = 4

/** How often each name is there. */
const counted = (names: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

onDatabases(({ layer, place, server }) => {
  const test = (
    title: string,
    body: (name: string, log: string) => Effect.Effect<void, unknown, Scope.Scope | SqlClient>
  ): void =>
    it.live(
      title,
      () =>
        Effect.scoped(
          Effect.gen(function* () {
            const folder = yield* Effect.acquireRelease(
              Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "durable-"))),
              (each) => Effect.sync(() => fs.rmSync(each, { recursive: true, force: true }))
            )
            yield* body(`soak-${process.pid}-${title.length}`, path.join(folder, "log"))
          })
        ).pipe(Effect.provide(layer())),
      300_000
    )

  describe("ten thousand tasks, and two machines of which one is killed every 4 seconds", () => {
    test("are settled once each, and no more are begun again than were in flight", (name, log) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name, maxAttempts: 100, pollInterval: "200 millis" })
        const names = Array.from({ length: tasks }, (_, n) => String(n))
        const futures = yield* Effect.forEach(names, (each) => durable.submit(Far.noteAndSleep(log, each, 5)), {
          concurrency: 1000
        })
        let kills = 0
        const options = { name, place: place(), lease: "2 seconds", concurrency: places } as const
        // Each is killed after 8 seconds, the one 4 seconds after the other.
        const machine = Effect.scoped(
          Effect.gen(function* () {
            yield* Machine.start(options)
            yield* Effect.sleep("8 seconds")
            kills++
          })
        )
        yield* Effect.forkScoped(Effect.forever(machine))
        yield* Effect.forkScoped(Effect.delay(Effect.forever(machine), "4 seconds"))
        const settled = yield* Future.all(futures)
        assert.strictEqual(settled.length, tasks)
        const all = yield* DurableExecutor.list(durable, { limit: tasks + 1 })
        assert.strictEqual(all.length, tasks)
        assert.isTrue(all.every(({ state }) => state === "succeeded"))
        const counts = counted(begunIn(log))
        assert.strictEqual(counts.size, tasks)
        const again = Array.from(counts.values()).reduce((sum, count) => sum + count - 1, 0)
        console.log(`${tasks} settled, ${kills} kills, ${again} begun again`)
        assert.isAtMost(again, kills * places)
      }))
  })

  if (server === undefined) return
  describe("a task that computes for a minute on a lease of six seconds", () => {
    test("runs once", (name, log) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const options = { name, place: place(), host: "threads", lease: "6 seconds" } as const
        yield* Machine.start(options)
        yield* Machine.start(options)
        const future = yield* durable.submit(Far.noteAndSpin(log, "it", 60_000))
        yield* future
        assert.deepStrictEqual(begunIn(log), ["it"])
      }))
  })

  describe("Postgres away for twenty seconds", () => {
    test("loses nothing", (name, log) =>
      Effect.gen(function* () {
        const postgres = server()
        const durable = yield* DurableExecutor.make({ name })
        yield* Machine.start({ name, place: place(), lease: "6 seconds" })
        const names = Array.from({ length: 200 }, (_, n) => String(n))
        const futures = yield* Effect.forEach(names, (each) => durable.submit(Far.noteAndSleep(log, each, 50)))
        yield* until(() => begunIn(log).length > 20)
        yield* Effect.promise(() => postgres.stop("SIGQUIT"))
        yield* Effect.sleep("20 seconds")
        yield* Effect.promise(() => postgres.start())
        yield* Future.all(futures)
        const again = begunIn(log).length - names.length
        console.log(`${names.length} settled, ${again} begun again`)
        assert.isAtMost(again, 2 * places)
      }))
  })
})
