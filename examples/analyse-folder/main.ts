/**
 * Analyses the files of a folder: `npm run demo -- some/folder --timeout 200ms`, or `--help` for more.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { CliConfig, Command, GlobalFlag } from "effect/cli"
import { analyseFolder } from "./analyseFolder.ts"
import { examples, options, withLimit } from "./options.ts"
import { UsageError } from "./UsageError.ts"

const command = Command.make("analyse-folder", options, (chosen) => analyseFolder(withLimit(chosen))).pipe(
  Command.withDescription(
    "Counts the lines and words of every file of a folder, hashes and compresses it, on threads, and prints a table. Ctrl-C stops it."
  ),
  Command.withExamples(examples)
)

// Commands get other flags too, but only --help is of use here.
const services = Layer.mergeAll(NodeServices.layer, CliConfig.layer({ builtIns: [GlobalFlag.Help] }))

Command.run(command, { version: "0.1.0" }).pipe(
  // The help has been printed by now, and what is wrong with the arguments.
  Effect.catchTag("ShowHelp", () => Effect.fail(new UsageError())),
  Effect.provide(services),
  // SIGINT and SIGTERM become an interruption of the program, which ends with exit code 130.
  NodeRuntime.runMain
)
