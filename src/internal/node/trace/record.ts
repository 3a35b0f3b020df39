import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Executor } from "../../../Executor.ts"
import { TraceFileError } from "../../../trace/Errors.ts"
import type { Recording, RecordOptions } from "../../../trace/Trace.ts"
import type { Engine } from "../../executor/Engine.ts"
import type { Observer } from "../../executor/events/Observer.ts"
import { enginesOf } from "../../executor/ExecutorImpl.ts"
import { nonEmptyString, optionsObject, positiveInteger } from "../../options.ts"
import { messageOf } from "../../show.ts"
import { RowObserver } from "../../trace/RowObserver.ts"
import { chunksWith, TraceRows } from "../../trace/TraceChunk.ts"
import { refuseWithoutWorkerFiles } from "../workerFile.ts"
import { chunksOf, TraceFile } from "./TraceFile.ts"

/** An executor or several. */
export type Executors = Executor<unknown> | Iterable<Executor<unknown>>

/** Has an observer of each engine, which is announced as soon as it observes. */
export class Observed<O extends Observer> {
  readonly observers = new Map<Engine, O>()
  private readonly make: (engine: Engine, number: number) => O
  private isOver = false

  constructor(make: (engine: Engine, number: number) => O) {
    this.make = make
  }

  /** Returns the observers that are new. Once they are removed, none is added: nobody would remove it. */
  add(engines: ReadonlyArray<Engine>): ReadonlyArray<O> {
    const added: Array<O> = []
    if (this.isOver) return added
    for (const engine of engines) {
      if (this.observers.has(engine)) continue
      const observer = this.make(engine, this.observers.size + 1)
      this.observers.set(engine, observer)
      engine.events.add(observer)
      added.push(observer)
    }
    return added
  }

  remove(): void {
    this.isOver = true
    for (const [engine, observer] of this.observers) engine.events.remove(observer)
  }
}

/** `Trace.record`. */
export const record = (
  executors: Executors,
  options: RecordOptions
): Effect.Effect<Recording, TraceFileError, Scope.Scope> =>
  Effect.gen(function* () {
    const { bufferSize = 65_536, file } = optionsObject(options)
    const engines = enginesOf(executors)
    nonEmptyString("file", file)
    const chunks = chunksOf(positiveInteger("bufferSize", bufferSize))
    yield* refuseWithoutWorkerFiles("Trace.record")
    const to = yield* Effect.acquireRelease(openTrace(file, chunks), (opened) =>
      Effect.andThen(
        Effect.promise(() => opened.close()),
        warnOfLoss(opened, file)
      )
    )
    const rows = new TraceRows((chunk) => to.add(chunk))
    const observed = new Observed((engine, number) => new RowObserver(engine, number, rows))
    const add = (more: ReadonlyArray<Engine>) => {
      const added = observed.add(more)
      for (const chunk of chunksWith((names) => added.forEach((observer) => observer.introduce(names)))) {
        to.addAnyway(chunk)
      }
    }
    const stop = () => {
      observed.remove()
      for (const observer of observed.observers.values()) observer.finish()
      rows.flush()
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        to.beforeExit(stop)
        add(engines)
      }),
      () => Effect.sync(stop)
    )
    const recording: Recording = {
      file,
      add: (more) => Effect.sync(() => add(enginesOf(more))),
      flush: Effect.promise(() => {
        rows.flush()
        return to.whenWritten()
      }),
      lost: Effect.sync(() => to.lost)
    }
    return recording
  })

export const openTrace = (file: string, chunks: number): Effect.Effect<TraceFile, TraceFileError> =>
  Effect.try({
    try: () => new TraceFile(file, chunks),
    catch: (error) => new TraceFileError({ file, operation: "write", reason: messageOf(error) })
  })

const warnOfLoss = (opened: TraceFile, file: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { failure, lost } = opened
    if (failure === undefined) return Effect.void
    const rows = lost === 0 ? "" : `, ${lost} of its rows are lost`
    return Effect.logWarning(`The trace "${file}" is not complete${rows}: ${failure}`)
  })
