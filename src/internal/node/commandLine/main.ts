import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { command } from "./command.ts"

const services = Layer.mergeAll(NodeServices.layer, CliConfig.layer({ builtIns: [GlobalFlag.Help] }))

class AlreadyPrinted extends Error {}

Command.run(command, { version: "0.2.0" }).pipe(
  // The message is enough. The stack would show this program.
  Effect.tapCause((cause) => {
    const error = Cause.squash(cause)
    const isShown = typeof error === "object" && error !== null && "_tag" in error && error._tag === "ShowHelp"
    return isShown || Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Console.error(error instanceof Error ? error.message : String(error))
  }),
  Effect.catchCause((cause) =>
    Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause) : Effect.fail(new AlreadyPrinted())
  ),
  Effect.provide(services),
  // SIGINT and SIGTERM interrupt the program, so that machines drain.
  (effect) => NodeRuntime.runMain(effect, { disableErrorReporting: true })
)
