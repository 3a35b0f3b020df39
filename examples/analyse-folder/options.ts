import { ByteSize, Duration, Effect, FileSystem, Option, Path } from "effect"
import { Argument, CliError, type Command, Flag } from "effect/cli"
import { fileURLToPath } from "node:url"
import { parseDuration } from "./parseDuration.ts"

export interface Options {
  /** The absolute path of a folder, or of a file. */
  readonly folder: string
  /** The limit for the analysis of one file. */
  readonly timeout: Option.Option<Duration.Duration>
  /** Larger files are not read. */
  readonly maxSize: ByteSize.ByteSize
  /** Whether the analysis of one file never ends. */
  readonly isPoisoned: boolean
  /** Whether the analysis is done by processes that take their tasks from a database, of which one is killed. */
  readonly isDurable: boolean
  /** The file for a trace, which Perfetto shows. */
  readonly trace: Option.Option<string>
  /** The file for a page that shows the same. */
  readonly html: Option.Option<string>
}

/** A poisoned file needs a limit, so there is one even if none was given. */
export const withLimit = (options: Options): Options =>
  options.isPoisoned ? { ...options, timeout: Option.orElseSome(options.timeout, () => Duration.seconds(2)) } : options

/** The installed package has over two thousand files, and everybody who can run this has it. */
const effectPackage = fileURLToPath(new URL(".", import.meta.resolve("effect/package.json")))

/** The path becomes absolute, so that it means the same in every message. */
const existing = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = (yield* Path.Path).resolve(folder)
  // A path that the system refuses to look for counts as missing.
  if (yield* Effect.orElseSucceed(fs.exists(path), () => false)) return path
  return yield* new CliError.InvalidValue({
    kind: "argument",
    option: "folder",
    value: folder,
    expected: "a folder or file that exists"
  })
})

export const options = {
  folder: Argument.String("folder").pipe(
    Argument.mapEffect(existing),
    Argument.withDescription("The folder (or file) to analyse; the installed package effect if there is none"),
    Argument.withDefault(effectPackage)
  ),
  timeout: Flag.String("timeout").pipe(
    Flag.withMetavar("duration"),
    Flag.withDescription(
      'How long the analysis of one file may take, such as 200ms or "2 seconds"; default: none, or 2s with --poison'
    ),
    Flag.filterMap(parseDuration, () => "Expected a duration of more than zero, such as 200ms, 2s or 1min"),
    Flag.optional
  ),
  maxSize: Flag.String("max-size").pipe(
    Flag.withMetavar("size"),
    Flag.withDescription("Files larger than this are not read, such as 10MB; default: 64 MB"),
    Flag.filterMap(ByteSize.fromString, () => "Expected a size, such as 10MB or 512KiB"),
    Flag.withDefault(ByteSize.megabytes(64))
  ),
  isPoisoned: Flag.Boolean("poison").pipe(
    Flag.withDescription("Make the analysis of one file loop for ever, to see it stopped and all others done"),
    Flag.withDefault(false)
  ),
  isDurable: Flag.Boolean("durable").pipe(
    Flag.withDescription(
      "Keep the tasks in a database that two processes work for, and kill one of them in the middle"
    ),
    Flag.withDefault(false)
  ),
  trace: Flag.String("trace").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("Record what every worker does, into a file for https://ui.perfetto.dev"),
    Flag.optional
  ),
  html: Flag.String("html").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("Make a page of what every worker does, which a browser opens without a network"),
    Flag.optional
  )
}

export const examples: ReadonlyArray<Command.Command.Example> = [
  { command: "npm run demo", description: "Over two thousand files of the installed package effect" },
  { command: "npm run demo -- --poison", description: "The same, and one of them never ends" },
  { command: "npm run demo -- --poison --html run.html", description: "The same as a picture" },
  { command: "npm run demo -- --durable", description: "The same in two processes, of which one is killed" },
  {
    command: "npm run demo -- ~/src --timeout 200ms",
    description: "A folder of yours, with a time limit for each file"
  }
]
