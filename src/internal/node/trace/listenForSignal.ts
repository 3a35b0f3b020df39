import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as os from "node:os"
import { InvalidOptionsError } from "../../../Errors.ts"

/** Calls the listener at each such signal, as long as the scope is open. */
export const listenForSignal = (
  signal: NodeJS.Signals,
  listener: () => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      // Node.js takes a signal that it does not know for the name of an event, and throws at those that nobody can listen for.
      if (!Object.hasOwn(os.constants.signals, signal) || signal === "SIGKILL" || signal === "SIGSTOP") {
        const expected = `the name of a signal that a program can listen for, such as "SIGUSR2"`
        throw new InvalidOptionsError({ option: "signal", value: signal, expected })
      }
      process.on(signal, listener)
    }),
    () => Effect.sync(() => process.off(signal, listener))
  )
