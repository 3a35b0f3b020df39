import * as Task from "../../../src/Task.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { threadId } from "node:worker_threads"
import { enter } from "../../behaviour/Gate.ts"

/** The thread or process that this runs in. */
const here = `${process.pid}/${threadId}`

// As soon as it runs, and whatever becomes of the worker then: a file keeps what a counter in memory would lose.
const note = (file: string, line: string) => fs.appendFileSync(file, `${line}\n`)

/** Tasks that leave a trace of each of their runs, in a file. */
export const Noting = Task.module(import.meta.url, {
  note: (file: string, name: string) => {
    note(file, name)
    return name
  },
  noteAndPass: (file: string, gate: string, name: string) => {
    note(file, name)
    return Effect.as(enter(gate, name), name)
  },
  noteAndSpin: (file: string, name: string): string => {
    note(file, name)
    for (;;);
  },
  /** Ends when there is a file of that name, and needs no event loop for that. */
  awaitFile: (file: string, awaited: string, name: string) => {
    note(file, name)
    while (!fs.existsSync(awaited));
    return name
  },
  noteAndExit: (file: string, name: string): string => {
    note(file, name)
    process.exit(7)
  },
  passAndExit: (gate: string, name: string): Effect.Effect<string> =>
    Effect.andThen(
      enter(gate, name),
      Effect.sync(() => process.exit(7))
    ),
  here: () => here
})

/** Never ends, never fails, and gives way to nobody. */
const spinForEver = (): never => {
  for (;;);
}

/** Tasks that no `interrupt` reaches. */
export const Stuck = Task.module(import.meta.url, {
  spin: (file: string) => {
    note(file, here)
    return spinForEver()
  },
  giveWhatCannotCross: () => () => 1
})
