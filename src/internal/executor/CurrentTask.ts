import * as Context from "effect/Context"
import type { Engine } from "./Engine.ts"
import type { TaskRun } from "./TaskRun.ts"

/** What surrounds the code that is running: a task, or the callback of a future. */
export interface Surrounding {
  /** The task, while it runs. */
  readonly run: TaskRun | undefined
  /** Every executor and group whose end waits for this code, however deep it was submitted. */
  readonly engines: ReadonlyArray<Engine>
}

/** Set in the context of every task, so that what waits inside one is known to be inside. */
export const CurrentTask = Context.Reference<Surrounding | undefined>("effect-futures/CurrentTask", {
  defaultValue: () => undefined
})
