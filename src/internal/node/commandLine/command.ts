import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import * as DurableExecutor from "../../../durable/DurableExecutor.ts"
import { tasksTable } from "../../durable/storage/migrations.ts"
import { setTimeout } from "../../timers.ts"
import { html } from "../trace/html.ts"
import { plain, showTask, showTasks } from "./showTasks.ts"

/** An error in a command, with a message for the person who typed it. */
class CommandError extends Data.TaggedError("CommandError")<{ readonly message: string }> {}

const root = Command.make("effect-futures").pipe(
  Command.withSharedFlags({
    name: Flag.String("name").pipe(
      Flag.withDescription("The name of the executor, as in DurableExecutor.make({ name })"),
      Flag.withDefault("app")
    ),
    sqlite: Flag.String("sqlite").pipe(Flag.withDescription("The file with the database"), Flag.optional),
    postgres: Flag.String("postgres").pipe(Flag.withDescription("The URL of a Postgres"), Flag.optional)
  }),
  Command.withDescription(
    "Lists and manages the tasks of durable executors, starts machines, and turns traces into pages."
  )
)

const databaseOf = (places: {
  readonly sqlite: Option.Option<string>
  readonly postgres: Option.Option<string>
}): Effect.Effect<Option.Option<Layer.Layer<SqlClient, SqlError>>, CommandError> =>
  Effect.suspend(() => {
    if (Option.isSome(places.sqlite) && Option.isSome(places.postgres)) {
      return new CommandError({ message: "Which database? Say --sqlite or --postgres, and not both." })
    }
    const sqlite = Option.map(places.sqlite, (filename) => DurableExecutor.layerSqlite({ filename }))
    const postgres = Option.map(places.postgres, (url) => DurableExecutor.layerPostgres({ url }))
    return Effect.succeed(Option.orElse(sqlite, () => postgres))
  })

/** How long a machine may take to end before it says what it waits for. */
const noticeMillis = 500

/** Runs an effect with the executor that the flags name. */
const withExecutor = <A, E>(use: (executor: DurableExecutor.DurableExecutor) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.gen(function* () {
    const { name, postgres, sqlite } = yield* root
    const database = yield* databaseOf({ postgres, sqlite })
    if (Option.isNone(database)) {
      const message = "Which database? Say --sqlite FILE or --postgres URL."
      return yield* new CommandError({ message })
    }
    if (Option.isSome(sqlite) && !fs.existsSync(sqlite.value)) {
      return yield* new CommandError({ message: `There is no file ${sqlite.value}.` })
    }
    const executor = Effect.andThen(checkTables, DurableExecutor.make({ name }))
    return yield* Effect.provide(Effect.scoped(Effect.flatMap(executor, use)), database.value)
  })

/** Fails if the database has no tables, because looking at tasks must not create them. */
const checkTables = Effect.gen(function* () {
  const sql = yield* SqlClient
  const found = yield* sql.onDialectOrElse({
    pg: () => sql`SELECT 1 WHERE to_regclass(${tasksTable}) IS NOT NULL`,
    orElse: () => sql`SELECT 1 FROM sqlite_master WHERE name = ${tasksTable}`
  })
  if (found.length > 0) return
  const message = "No durable executor has used this database: it has no tasks, and no table for them."
  return yield* new CommandError({ message })
})

const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON, for machines"), Flag.withDefault(false))

const filters = {
  state: Flag.Literals("state", ["pending", "running", "succeeded", "failed", "cancelled"]).pipe(
    Flag.withDescription("Only tasks in this state"),
    Flag.optional
  ),
  queue: Flag.String("queue").pipe(Flag.withDescription("Only tasks of this queue"), Flag.optional),
  task: Flag.String("task").pipe(
    Flag.withDescription('Only calls of this function: "images/thumbnail"'),
    Flag.optional
  ),
  olderThan: Flag.String("older-than").pipe(
    Flag.withDescription('Only tasks that were submitted so long ago: "5 minutes"'),
    Flag.optional
  )
}

interface Filters {
  readonly state: Option.Option<DurableExecutor.TaskInfo["state"]>
  readonly queue: Option.Option<string>
  readonly task: Option.Option<string>
  readonly olderThan: Option.Option<string>
}

const filterOf = ({ olderThan, queue, state, task }: Filters): DurableExecutor.Filter => ({
  state: Option.getOrUndefined(state),
  queue: Option.getOrUndefined(queue),
  task: Option.getOrUndefined(task),
  // The value is checked by the code that reads all durations.
  olderThan: Option.getOrUndefined(olderThan) as DurableExecutor.Filter["olderThan"]
})

const list = Command.make(
  "list",
  {
    ...filters,
    limit: Flag.Int("limit").pipe(Flag.withDescription("How many tasks to list, at most"), Flag.withDefault(100)),
    json
  },
  (flags) =>
    withExecutor((executor) =>
      Effect.gen(function* () {
        const tasks = yield* DurableExecutor.list(executor, { ...filterOf(flags), limit: flags.limit })
        const now = yield* Clock.currentTimeMillis
        const width = process.stdout.columns ?? 100
        yield* Console.log(flags.json ? JSON.stringify(tasks.map(plain), null, 2) : showTasks(tasks, now, width))
      })
    )
).pipe(Command.withDescription("Lists tasks, the oldest first"))

const key = Argument.String("key").pipe(Argument.withDescription("The key of the task"))

const inspect = Command.make("inspect", { key, json }, (flags) =>
  withExecutor((executor) =>
    Effect.flatMap(DurableExecutor.inspect(executor, flags.key), (task) =>
      Console.log(flags.json ? JSON.stringify(plain(task), null, 2) : showTask(task))
    )
  )
).pipe(Command.withDescription("Shows everything that is known about a task"))

/** A command that moves the task with a key, or all tasks that match the filters. */
const moving = (
  name: string,
  done: string,
  description: string,
  move: (executor: DurableExecutor.DurableExecutor, filter: DurableExecutor.Filter) => Effect.Effect<number, unknown>
) =>
  Command.make(name, { key: Argument.optional(key), ...filters, json }, (flags) =>
    withExecutor((executor) =>
      Effect.gen(function* () {
        const filter = { ...filterOf(flags), key: Option.getOrUndefined(flags.key) }
        if (Object.values(filter).every((value) => value === undefined)) {
          const message = `Which tasks? Say a key, or --state, --queue, --task or --older-than.`
          return yield* new CommandError({ message })
        }
        const count = yield* move(executor, filter)
        if (count === 0 && filter.key !== undefined) {
          const { state } = yield* DurableExecutor.inspect(executor, filter.key)
          const message = `The task with the key ${JSON.stringify(filter.key)} is ${state}: there is nothing to ${name}.`
          return yield* new CommandError({ message })
        }
        yield* Console.log(
          flags.json ? JSON.stringify({ [done]: count }) : `${count} ${count === 1 ? "task" : "tasks"} ${done}.`
        )
      })
    )
  ).pipe(Command.withDescription(description))

const cancel = moving(
  "cancel",
  "cancelled",
  "Cancels tasks; a running task is stopped by its machine",
  DurableExecutor.cancel
)

const requeue = moving(
  "requeue",
  "requeued",
  "Runs tasks again that have failed or were cancelled",
  DurableExecutor.requeue
)

const depth = Command.make("depth", { json }, (flags) =>
  withExecutor((executor) =>
    Effect.flatMap(DurableExecutor.depth(executor), (queues) =>
      Console.log(
        flags.json
          ? JSON.stringify(
              queues.map((each) => ({ ...each, oldestAge: each.oldestAge.toString() })),
              null,
              2
            )
          : queues.length === 0
            ? "Nothing to do."
            : queues
                .map(
                  (each) =>
                    `${each.queue}: ${each.pending} pending, ${each.scheduled} scheduled, ${each.running} running`
                )
                .join("\n")
      )
    )
  )
).pipe(Command.withDescription("Shows how many tasks wait in each queue, and for how long"))

const worker = Command.make(
  "worker",
  {
    file: Argument.String("file").pipe(Argument.withDescription("A file whose default export, or `layer`, is a Layer"))
  },
  ({ file }) =>
    Effect.gen(function* () {
      const places = yield* root
      const database = yield* databaseOf(places)
      const layer = yield* load(file)
      if (Option.isSome(places.sqlite) && !fs.existsSync(places.sqlite.value)) {
        yield* Console.error(`The file ${places.sqlite.value} does not exist yet and is created.`)
      }
      if (Option.isSome(database)) return yield* launch(Layer.provide(layer, database.value))
      // The layer must have its own database then.
      return yield* Effect.catchDefect(launch(layer as Layer.Layer<never, unknown>), (defect) => {
        if (!String(defect).includes(`Service not found: ${SqlClient.key}`)) return Effect.die(defect)
        const message = `${file} has no database of its own. Which one? Say --sqlite FILE or --postgres URL.`
        return new CommandError({ message })
      })
    })
).pipe(
  Command.withDescription(
    "Starts a machine: runs the layer that a file exports, until the process gets a signal to end"
  ),
  Command.withExamples([
    { command: "effect-futures worker ./worker.ts --sqlite tasks.db", description: "With the database in a file" }
  ])
)

/** Runs a layer until it is interrupted. Its end may take as long as its tasks do, but not against the will of who waits for it. */
const launch = <E, R>(layer: Layer.Layer<never, E, R>): Effect.Effect<never, E, R> =>
  Effect.scoped(
    Effect.andThen(
      Layer.build(layer),
      Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          const message =
            "The running tasks may finish. Ctrl-C again ends at once: they run again when their leases have run out."
          const notice = () => {
            console.error(message)
            // Not before, because npx passes on a signal that the terminal has sent already.
            process.on("SIGINT", () => process.exit(130))
          }
          setTimeout(notice, noticeMillis).unref()
        })
      )
    )
  )

const load = (file: string): Effect.Effect<Layer.Layer<never, unknown, SqlClient>, CommandError> =>
  Effect.gen(function* () {
    const { href } = pathToFileURL(path.resolve(file))
    const exports = yield* Effect.tryPromise({
      try: (): Promise<Record<string, unknown>> => import(href),
      catch: (error) => new CommandError({ message: `Cannot import ${file}: ${String(error)}` })
    })
    const layer = exports["default"] ?? exports["layer"]
    if (!Layer.isLayer(layer)) {
      const message = `${file} exports no Layer: it must export one, such as that of DurableExecutor.worker, as its default or as \`layer\`.`
      return yield* new CommandError({ message })
    }
    // Effect reports other services that the layer lacks.
    return layer as Layer.Layer<never, unknown, SqlClient>
  })

const page = Command.make(
  "html",
  {
    file: Argument.String("file").pipe(Argument.withDescription("A trace that Trace.record wrote")),
    to: Flag.String("to").pipe(
      Flag.withDescription("The file of the page; defaults to the name of the trace with .html"),
      Flag.optional
    )
  },
  ({ file, to }) => Effect.flatMap(html(file, { to: Option.getOrUndefined(to) }), Console.log)
).pipe(
  Command.withDescription("Turns a trace into a page that a browser opens without a network"),
  Command.withExamples([{ command: "effect-futures html run.pftrace", description: "Writes run.html" }])
)

export const command = root.pipe(Command.withSubcommands([worker, list, inspect, cancel, requeue, depth, page]))
