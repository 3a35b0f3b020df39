import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import type { WorkerEndReason } from "../../../Executor.ts"
import { InvalidOptionsError } from "../../../Errors.ts"
import { TraceFileError } from "../../../trace/Errors.ts"
import type { FlightRecorder, FlightRecorderOptions, Incident } from "../../../trace/Trace.ts"
import type { Engine } from "../../executor/Engine.ts"
import { enginesOf } from "../../executor/ExecutorImpl.ts"
import { isCrash } from "../../executor/workers/WorkerEnd.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import type { Outcome } from "../../executor/TaskOwner.ts"
import { nonEmptyString, oneOf, optionsObject, positiveInteger } from "../../options.ts"
import { RowObserver } from "../../trace/RowObserver.ts"
import { chunksWith, lossOf, type TraceChunk, TraceRows } from "../../trace/TraceChunk.ts"
import { setImmediate } from "../../timers.ts"
import { refuseWithoutWorkerFiles } from "../workerFile.ts"
import { chunksOf } from "./TraceFile.ts"
import { listenForSignal } from "./listenForSignal.ts"
import { type Executors, Observed, openTrace } from "./record.ts"

/** The last rows, in chunks. New chunks replace the oldest. */
class Ring {
  dropped = 0
  private readonly most: number
  private readonly chunks: Array<TraceChunk> = []

  constructor(rows: number) {
    this.most = chunksOf(rows)
  }

  /** Returns the rows that the chunk has replaced. */
  add(chunk: TraceChunk): TraceChunk["rows"] | undefined {
    this.chunks.push(chunk)
    if (this.chunks.length <= this.most) return undefined
    const oldest = this.chunks.shift()
    this.dropped += oldest?.count ?? 0
    return oldest?.rows
  }

  /** Copies, because chunks are moved to the thread that writes them. */
  copy(): ReadonlyArray<TraceChunk> {
    return this.chunks.map(({ rows, ...chunk }) => ({ ...chunk, rows: rows.slice() }))
  }
}

/** Makes rows, and reports incidents. */
class IncidentObserver extends RowObserver {
  private readonly onIncident: (incident: Incident) => void

  constructor(engine: Engine, number: number, rows: TraceRows, onIncident: (incident: Incident) => void) {
    super(engine, number, rows)
    this.onIncident = onIncident
  }

  override ended(task: TaskFuture<unknown, unknown>, outcome: Outcome): void {
    super.ended(task, outcome)
    if (outcome === "timedOut") this.onIncident("timeout")
  }

  override workerEnded(worker: number, reason: WorkerEndReason, error: unknown, time: number): void {
    super.workerEnded(worker, reason, error, time)
    if (isCrash(reason)) this.onIncident("crash")
  }
}

/** `flight.pftrace`, `flight-2.pftrace`, and so on. */
const numbered = (file: string, number: number): string => {
  if (number === 1) return file
  const { dir, ext, name } = path.parse(file)
  return path.join(dir, `${name}-${number}${ext}`)
}

/** `Trace.flightRecorder`. */
export const flightRecorder = (
  executors: Executors,
  options: FlightRecorderOptions
): Effect.Effect<FlightRecorder, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { file, last = 10_000, maxFiles = 10, on = ["timeout", "crash"], signal } = optionsObject(options)
    const engines = enginesOf(executors)
    nonEmptyString("file", file)
    positiveInteger("maxFiles", maxFiles)
    if (!Array.isArray(on)) {
      throw new InvalidOptionsError({ option: "on", value: on, expected: `an array of "timeout" and "crash"` })
    }
    for (const incident of on) oneOf("on", incident, ["timeout", "crash"])
    yield* refuseWithoutWorkerFiles("Trace.flightRecorder")
    const ring = new Ring(positiveInteger("last", last))
    const rows = new TraceRows((chunk) => ring.add(chunk))
    const context = yield* Effect.context<never>()
    let written = 0
    /** The incident for which a file is to be written. */
    let due: Incident | undefined
    const reporting = new Set<Fiber.Fiber<void>>()

    const write: Effect.Effect<string, TraceFileError> = Effect.suspend(() => {
      const to = numbered(file, ++written)
      rows.flush()
      const all = Array.from(observed.observers.values())
      const chunks = [
        ...chunksWith((to) => all.forEach((observer) => observer.introduce(to))),
        ...ring.copy(),
        ...chunksWith((to) => all.forEach((observer) => observer.finish(to)))
      ]
      return Effect.uninterruptible(
        Effect.gen(function* () {
          const opened = yield* openTrace(to, chunks.length + 1)
          if (ring.dropped > 0) opened.add(lossOf(ring.dropped))
          for (const chunk of chunks) opened.add(chunk)
          yield* Effect.promise(() => opened.close())
          const { failure } = opened
          if (failure === undefined) return to
          return yield* Effect.fail(new TraceFileError({ file: to, operation: "write", reason: failure }))
        })
      )
    })
    const report = (incident: Incident | "signal") =>
      Effect.matchEffect(write, {
        onFailure: (error) => Effect.logWarning(error.message),
        onSuccess: (to) => Effect.logInfo(`The flight recorder has written "${to}" (${incident})`)
      })
    const startReport = (incident: Incident | "signal") => {
      const fiber = Effect.runForkWith(context)(report(incident))
      reporting.add(fiber)
      fiber.addObserver(() => reporting.delete(fiber))
    }
    const reportDue = () => {
      const incident = due
      due = undefined
      if (incident !== undefined && written < maxFiles) startReport(incident)
    }
    // Incidents that come together are written together, after their bookkeeping.
    const onIncident = (incident: Incident) => {
      if (due !== undefined || written >= maxFiles || !on.includes(incident)) return
      due = incident
      setImmediate(reportDue)
    }
    const observed = new Observed((engine, number) => new IncidentObserver(engine, number, rows, onIncident))
    yield* Effect.acquireRelease(
      Effect.sync(() => observed.add(engines)),
      () =>
        // A program often ends by what has gone wrong, and may exit as soon as its scopes are closed.
        Effect.suspend(() => {
          reportDue()
          observed.remove()
          return Fiber.awaitAll(Array.from(reporting))
        })
    )
    if (signal !== undefined) {
      yield* listenForSignal(signal, () => startReport("signal"))
    }
    const recorder: FlightRecorder = { write, add: (more) => Effect.sync(() => void observed.add(enginesOf(more))) }
    return recorder
  })
