import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Task } from "effect-futures"
import * as fs from "node:fs"

const wait = (file: string): Effect.Effect<void> =>
  Effect.suspend(() => (fs.existsSync(file) ? Effect.void : Effect.andThen(Effect.sleep("20 millis"), wait(file))))

/** The numbers up to `n`, with a pause after each, and a note in the log when it begins. */
const count = (log: string, n: number, millis: number) =>
  Stream.unwrap(
    Effect.sync(() => {
      fs.appendFileSync(log, "stream\n")
      return Stream.range(1, n).pipe(
        Stream.rechunk(1),
        Stream.mapEffect((each) => Effect.as(Effect.sleep(millis), each))
      )
    })
  )

/** Tasks that note in a file that they have begun, whichever process they run in. */
export const Far = Task.module(
  import.meta.url,
  {
    /** Gives the process that it ran in. */
    note: (log: string, name: string) => {
      fs.appendFileSync(log, `${name}\n`)
      return process.pid
    },
    /** Notes its name, and ends when the file exists. */
    noteAndWait: (log: string, name: string, file: string) =>
      Effect.suspend(() => {
        fs.appendFileSync(log, `${name}\n`)
        return Effect.as(wait(file), process.pid)
      }),
    noteAndSleep: (log: string, name: string, millis: number) =>
      Effect.suspend(() => {
        fs.appendFileSync(log, `${name}\n`)
        return Effect.as(Effect.sleep(millis), process.pid)
      }),
    /** Keeps its thread busy. */
    noteAndSpin: (log: string, name: string, millis: number) => {
      fs.appendFileSync(log, `${name}\n`)
      const end = performance.now() + millis
      while (performance.now() < end);
      return process.pid
    },
    count: (log: string, n: number, millis: number) => count(log, n, millis),
    /** Gives other elements in each process. */
    countByProcess: (log: string, n: number, millis: number) =>
      count(log, n, millis).pipe(Stream.map((each) => ({ each, pid: process.pid }))),
    /** Takes its machine down. */
    poison: (log: string) => {
      fs.appendFileSync(log, "poison\n")
      process.kill(process.pid, "SIGKILL")
    }
  },
  { id: "far" }
)

/** The tasks that have begun, in order. */
export const begunIn = (log: string): ReadonlyArray<string> =>
  fs.existsSync(log) ? fs.readFileSync(log, "utf8").split("\n").slice(0, -1) : []
