import * as Effect from "effect/Effect"
import * as Task from "../../../src/Task.ts"
import { enter } from "../../behaviour/Gate.ts"

/** Tasks that are the end of their worker, or leave something there that will be. */
export const Ending = Task.module(import.meta.url, {
  /** Ends; the worker throws when it is let through the gate. */
  throwLater: (gate: string) => {
    void Effect.runPromise(enter(gate, "throws")).then(() => {
      setImmediate(() => {
        throw new RangeError("long after the task")
      })
    })
  },
  exitLater: (gate: string) => {
    void Effect.runPromise(enter(gate, "exits")).then(() => process.exit(3))
  },
  exitNow: (): string => process.exit(3),
  spin: (): string => {
    for (;;);
  },
  nothing: () => {}
})
