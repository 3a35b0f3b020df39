import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Future } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { until } from "../behaviour/support.ts"
import { begunIn, Far } from "./processes/tasks.ts"
import { layerOf } from "./support/layerOf.ts"

const program = path.resolve(import.meta.dirname, "../../src/durable/bin.ts")

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Runs the command, or has it run until the scope closes. */
const start = (args: ReadonlyArray<string>) => {
  const node = ["--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning", program, ...args]
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "pipe"] })
  let out = ""
  let error = ""
  child.stdout.on("data", (text) => (out += String(text)))
  child.stderr.on("data", (text) => (error += String(text)))
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, out, error })))
  return { child, ended, seen: () => ({ out, error }) }
}

const command = (...args: ReadonlyArray<string>): Effect.Effect<Ended> => Effect.promise(() => start(args).ended)

const inFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "durable-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

describe("the command effect-futures", () => {
  it.live("lists, inspects, cancels and requeues tasks, for people and for machines", () =>
    Effect.gen(function* () {
      const folder = yield* inFolder
      const file = path.join(folder, "tasks.db")
      const submit = Effect.flatMap(DurableExecutor.make({ name: "app" }), (durable) =>
        durable.submit(Far.note(path.join(folder, "log"), "it"), { key: "it" })
      )
      yield* Effect.provide(Effect.scoped(submit), layerOf(file))
      const at = ["--sqlite", file]

      const listed = yield* command("list", ...at)
      assert.match(listed.out, /^KEY {2}TASK {6}STATE {4}QUEUE/)
      assert.match(listed.out, /\nit {3}far\/note {2}pending {2}default {2}0\/3/)
      const [task] = JSON.parse((yield* command("list", "--json", "--state", "pending", ...at)).out)
      assert.deepInclude(task, { key: "it", task: "far/note", state: "pending", attempt: 0 })

      assert.strictEqual((yield* command("cancel", "it", ...at)).out, "1 task cancelled.\n")
      assert.match((yield* command("inspect", "it", ...at)).out, /state +cancelled\n/)
      const again = yield* command("cancel", "it", ...at)
      assert.deepStrictEqual([again.code, again.out], [1, ""])
      assert.include(again.error, "is cancelled: there is nothing to cancel")

      assert.strictEqual((yield* command("requeue", "--state", "cancelled", "--json", ...at)).out, '{"requeued":1}\n')
      assert.include((yield* command("depth", ...at)).out, "default: 1 pending")
    })
  )

  it.live("shows keys and names with control characters in one line, and sends none to the terminal", () =>
    Effect.gen(function* () {
      const folder = yield* inFolder
      const file = path.join(folder, "tasks.db")
      const key = "a\nb \u001b[2J\u009b1m\u202e"
      const submit = Effect.flatMap(DurableExecutor.make({ name: "app" }), (durable) =>
        durable.submit(Far.note(path.join(folder, "log"), "it"), { key, name: key })
      )
      yield* Effect.provide(Effect.scoped(submit), layerOf(file))
      const at = ["--sqlite", file]
      const shown = String.raw`a\u000ab \u001b[2J\u009b1m\u202e`
      assert.include((yield* command("list", ...at)).out, `\n${shown}  far/note`)
      const { out } = yield* command("inspect", key, ...at)
      assert.include(out, `key          ${shown}\ntask         far/note\nname         ${shown}\n`)
    })
  )

  it.live("starts a machine from a file, which drains when it is told to end", () =>
    Effect.gen(function* () {
      const folder = yield* inFolder
      const file = path.join(folder, "tasks.db")
      const log = path.join(folder, "log")
      const worker = path.join(import.meta.dirname, "processes/workerFile.ts")
      const { child, ended } = start(["worker", worker, "--sqlite", file])
      yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
      const submit = Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name: "app" })
        const future = yield* durable.submit(Far.noteAndSleep(log, "it", 10), { key: "it" })
        yield* future
        const { worker } = yield* DurableExecutor.inspect(durable, "it")
        assert.match(worker!, /^from-a-file#/)
        const last = yield* durable.submit(Far.noteAndSleep(log, "last", 1000))
        while (!Future.isRunning(last)) yield* Effect.sleep("20 millis")
        child.kill("SIGTERM")
        yield* last
      })
      yield* Effect.provide(Effect.scoped(submit), layerOf(file))
      yield* Effect.promise(() => ended)
    })
  )

  it.live("lets the tasks of a machine finish at the first Ctrl-C, says so, and ends at the second", () =>
    Effect.gen(function* () {
      const folder = yield* inFolder
      const file = path.join(folder, "tasks.db")
      const log = path.join(folder, "log")
      const submit = Effect.flatMap(DurableExecutor.make({ name: "app" }), (durable) =>
        durable.submit(Far.noteAndSleep(log, "it", 600_000))
      )
      yield* Effect.provide(Effect.scoped(submit), layerOf(file))
      const worker = path.join(import.meta.dirname, "processes/workerFile.ts")
      const { child, ended, seen } = start(["worker", worker, "--sqlite", file])
      yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
      yield* until(() => begunIn(log).length === 1)
      child.kill("SIGINT")
      yield* until(() => seen().error.includes("The running tasks may finish. Ctrl-C again ends at once"))
      child.kill("SIGINT")
      assert.strictEqual((yield* Effect.promise(() => ended)).code, 130)
      const [task] = yield* Effect.provide(
        Effect.scoped(
          Effect.flatMap(DurableExecutor.make({ name: "app" }), (durable) => DurableExecutor.list(durable))
        ),
        layerOf(file)
      )
      assert.strictEqual(task?.state, "running")
    })
  )

  it.live("says what is wrong in a sentence, and ends with 1", () =>
    Effect.gen(function* () {
      const folder = yield* inFolder
      const file = path.join(folder, "tasks.db")
      const at = ["--sqlite", file]
      yield* Effect.provide(Effect.scoped(DurableExecutor.make({ name: "app" })), layerOf(file))
      const notes = path.join(folder, "notes.txt")
      fs.writeFileSync(notes, "no database, but a text that is longer than the header of one".repeat(20))
      const strange = path.join(folder, "strange.db")
      const makeStrange = Effect.flatMap(SqlClient, (sql) => sql`CREATE TABLE mine (name TEXT)`)
      yield* Effect.provide(makeStrange, layerOf(strange))
      for (const [args, message] of [
        [["list"], "Say --sqlite FILE or --postgres URL"],
        [["cancel", ...at], "Say a key, or --state"],
        [["inspect", "none", ...at], 'no task with the key "none"'],
        [["worker", "none.ts", ...at], "Cannot import none.ts"],
        [
          ["worker", import.meta.filename.replace(/commandLine.test.ts$/, "processes/tasks.ts"), ...at],
          "exports no Layer"
        ],
        [["list", "--sqlite", path.join(folder, "taks.db")], "There is no file"],
        [["list", "--sqlite", notes], "SQLite cannot open"],
        [["list", "--postgres", "postgres://a@b/c", ...at], "Say --sqlite or --postgres, and not both"],
        [
          ["worker", path.join(import.meta.dirname, "processes/workerFile.ts")],
          "has no database of its own. Which one? Say --sqlite"
        ],
        [["list", "--sqlite", strange], "No durable executor has used this database"],
        [["list", "--older-than", "long", ...at], "olderThan"]
      ] as const) {
        const { code, error } = yield* command(...args)
        assert.include(error, message)
        assert.strictEqual(code, 1, args.join(" "))
        assert.notInclude(error, "    at ")
      }
      // Nothing was made that was not there.
      assert.sameMembers(
        fs.readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name)),
        ["tasks.db", "notes.txt", "strange.db"]
      )
      const tables = Effect.flatMap(SqlClient, (sql) => sql`SELECT name FROM sqlite_master`)
      assert.deepStrictEqual(yield* Effect.provide(tables, layerOf(strange)), [{ name: "mine" }])
    })
  )
})
