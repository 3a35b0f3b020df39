import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { isBare, type WireAmbient, writeAmbient } from "./Ambient.ts"
import type { Ambient } from "../Call.ts"
import { originOf, readCause } from "../codec/decodeReply.ts"
import { replayMetric } from "./MetricReplay.ts"
import {
  readTelemetry,
  type TelemetryMessage,
  type TelemetryOrigin,
  type Told,
  type WireRecord,
  type WireSpan
} from "./TelemetryMessage.ts"
import { WireReader } from "../codec/WireReader.ts"
import { recordOf } from "../codec/wireShape.ts"
import { cutToSize } from "./cutToSize.ts"
import { most, TelemetryBudget } from "./TelemetryBudget.ts"

/** A context of submissions, and the part of it that travels, if that is not empty. */
interface Submitter {
  readonly context: Context.Context<never>
  readonly wire: WireAmbient | undefined
  /** How many calls have it. */
  calls: number
}

/** A span that was begun in a worker, and made again here. */
interface OpenSpan {
  readonly span: Tracer.Span
  /** Where it comes from, for the stacks of errors. */
  readonly origin: string
  /** How often it has changed. */
  changes: number
}

/** The telemetry of one worker. */
interface Telling {
  readonly worker: string
  /** Spans by their ids in the worker. */
  readonly spans: Map<string, OpenSpan>
  readonly budget: TelemetryBudget
}

/** The error of a message that no worker of this library has sent. */
class Unreadable extends Error {}

let lastId = 0

/** Repeats the telemetry of an executor's workers for the submitters' loggers, tracers and metrics. */
export class TelemetrySink {
  // The references are weak, because a context may hold everything of a request.
  private readonly known = new WeakMap<Context.Context<never>, Submitter>()
  private readonly active = new Map<number, Submitter>()
  private readonly workers = new Map<string, Telling>()
  /** How many metrics were made here for workers. */
  private series = 0
  private readonly own: Context.Context<never>

  /** `context` is the executor's own, for telemetry without a running task. */
  constructor(context: Context.Context<never>) {
    this.own = context
  }

  /** The ambient of a task that is submitted in the context. If there is one, `leave` must follow the call. */
  enter(context: Context.Context<never>): Ambient | undefined {
    if (context.mapUnsafe.size === 0) return undefined
    const submitter = this.known.get(context) ?? this.submitter(context)
    const { wire } = submitter
    if (wire !== undefined && ++submitter.calls === 1) this.active.set(wire.id, submitter)
    return wire
  }

  /** The call with this ambient has ended. */
  leave(ambient: Ambient | undefined): void {
    if (ambient === undefined) return
    const { id } = ambient as WireAmbient
    const submitter = this.active.get(id)
    if (submitter !== undefined && --submitter.calls === 0) this.active.delete(id)
  }

  private submitter(context: Context.Context<never>): Submitter {
    const wire = isBare(context) ? undefined : writeAmbient(++lastId, context)
    const submitter: Submitter = { context, wire, calls: 0 }
    this.known.set(context, submitter)
    return submitter
  }

  private contextOf({ ambient, task }: TelemetryOrigin): Context.Context<never> {
    if (ambient !== undefined) return this.active.get(ambient)?.context ?? this.own
    return task === undefined ? this.own : Context.empty()
  }

  /** Handles a message of a worker. Never throws: loggers and tracers may, but that must not affect the caller. */
  receive(message: unknown, worker: string): void {
    const telling = this.workers.get(worker) ?? this.begin(worker)
    try {
      const told = readable(() => readTelemetry(cutToSize(message)))
      this.replay(told, telling)
    } catch (error) {
      if (error instanceof Unreadable) telling.budget.dropped("unreadable")
      else this.report(error)
    }
  }

  private begin(worker: string): Telling {
    const budget = new TelemetryBudget((dropped) => {
      const why = `a worker may tell ${most.logsPerSecond} log messages and ${most.spansPerSecond} spans a second, and more for a while`
      this.runIn(
        this.own,
        Effect.logWarning(
          `Logs, spans or metrics of tasks in worker "${worker}" are missing: ${dropped} were dropped (${why})`
        )
      )
    })
    const telling: Telling = { worker, spans: new Map(), budget }
    this.workers.set(worker, telling)
    return telling
  }

  /** The worker has ended, and with it everything that it had begun to report. */
  workerEnded(worker: string): void {
    const telling = this.workers.get(worker)
    if (telling === undefined) return
    this.workers.delete(worker)
    telling.budget.flush()
    for (const { span } of telling.spans.values()) {
      try {
        span.end(BigInt(Date.now()) * 1_000_000n, Exit.failCause(Cause.interrupt()))
      } catch (error) {
        this.report(error)
      }
    }
  }

  private replay(message: TelemetryMessage, telling: Telling): void {
    const { budget, spans } = telling
    switch (message._tag) {
      case "Log":
        return budget.logs.take(1) ? this.log(message, telling) : budget.dropped("logs")
      case "Metric":
        return this.metric(message, budget)
      case "SpanStart": {
        if (spans.has(message.key)) return budget.dropped("unreadable")
        const isAllowed = spans.size < most.openSpans && budget.spans.take(1)
        return isAllowed ? this.startSpan(message, telling) : budget.dropped("spans")
      }
      case "SpanEnd": {
        const open = spans.get(message.key)
        spans.delete(message.key)
        return open === undefined ? undefined : this.endSpan(open, message)
      }
      default: {
        const open = spans.get(message.key)
        // The span was dropped.
        if (open === undefined) return
        open.changes += message._tag === "SpanLinks" ? message.links.length : 1
        return open.changes <= most.changesOfSpan ? this.changeSpan(open, message, telling) : budget.dropped("changes")
      }
    }
  }

  private metric({ of, series, updates }: Told<"Metric">, budget: TelemetryBudget): void {
    const context = this.contextOf(of)
    const isNew = !Context.get(context, Metric.MetricRegistry).has(series.key)
    if ((isNew && this.series >= most.series) || !budget.updates.take(updates.length)) {
      return budget.dropped("updates", updates.length)
    }
    if (isNew) this.series++
    readable(() => replayMetric(series, updates, context))
  }

  private startSpan(message: Told<"SpanStart">, telling: Telling): void {
    const { task } = message.of
    const { worker } = telling
    const origin = originOf(task ?? "none", worker)
    const context = this.contextOf(message.of)
    const tracer = Context.get(context, Tracer.Tracer)
    const span = tracer.span({
      name: message.name,
      parent: Option.fromUndefinedOr(message.parent && this.resolve(message.parent, telling, context)),
      annotations: Context.empty(),
      links: this.readLinks(message.links, telling, context, origin),
      startTime: message.startTime,
      kind: message.kind,
      root: message.root,
      sampled: true
    })
    if (task !== undefined) span.attribute("task", task)
    span.attribute("worker", worker)
    telling.spans.set(message.key, { span, origin, changes: 0 })
  }

  private changeSpan(
    { origin, span }: OpenSpan,
    message: Told<"SpanAttribute" | "SpanEvent" | "SpanLinks">,
    telling: Telling
  ): void {
    switch (message._tag) {
      case "SpanAttribute":
        return span.attribute(message.name, read(message.value, origin))
      case "SpanEvent":
        return span.event(message.name, message.time, readFields(message.attributes, origin))
      case "SpanLinks":
        return span.addLinks(this.readLinks(message.links, telling, this.own, origin))
    }
  }

  private endSpan({ origin, span }: OpenSpan, { cause, time }: Told<"SpanEnd">): void {
    // Tracers do not need results, which may be large.
    span.end(time, cause === undefined ? Exit.void : Exit.failCause(readable(() => readCause(cause, origin))))
  }

  /** The span that another one refers to. It may be of the same worker, of the submitter, or from elsewhere. */
  private resolve(wire: WireSpan, { spans }: Telling, context: Context.Context<never>): Tracer.AnySpan {
    const own = Context.getOrUndefined(context, Tracer.ParentSpan)
    const found = spans.get(wire.spanId)?.span
    return found ?? (own !== undefined && own.spanId === wire.spanId ? own : Tracer.externalSpan(wire))
  }

  private readLinks(
    links: Told<"SpanLinks">["links"],
    telling: Telling,
    context: Context.Context<never>,
    origin: string
  ): Array<Tracer.SpanLink> {
    return links.map(({ attributes, span }) => ({
      span: this.resolve(span, telling, context),
      attributes: readFields(attributes, origin)
    }))
  }

  private log(message: Told<"Log">, { spans, worker }: Telling): void {
    const { task } = message.of
    const origin = originOf(task ?? "none", worker)
    const submitter = this.contextOf(message.of)
    const content = readFields(message.content, origin)
    const span = message.span === undefined ? undefined : spans.get(message.span)?.span
    const annotations = {
      // The submitter's own annotations include those that could not travel.
      ...Context.get(submitter, References.CurrentLogAnnotations),
      ...readable(() => recordOf(content["annotations"])),
      ...(task === undefined ? undefined : { task }),
      worker
    }
    const context = submitter.pipe(
      Context.add(References.CurrentLogAnnotations, annotations),
      Context.add(References.CurrentLogSpans, message.logSpans)
    )
    const cause = readable(() => readCause(message.cause, origin))
    const date = new Date(message.time)
    const log = Effect.withFiber((fiber) =>
      Effect.sync(() => {
        for (const logger of fiber.getRef(References.CurrentLoggers)) {
          logger.log({ message: content["message"], cause, date, fiber, logLevel: message.level })
        }
      })
    )
    this.runIn(span === undefined ? context : Context.add(context, Tracer.ParentSpan, span), log)
  }

  private runIn(context: Context.Context<never>, effect: Effect.Effect<void>): void {
    Effect.runForkWith(context)(effect).addObserver((exit) => {
      if (exit._tag === "Failure") this.report(Cause.squash(exit.cause))
    })
  }

  /** A logger, a tracer or a metric has thrown. No task is to blame, so Effect's own logger reports it. */
  private report(error: unknown): void {
    Effect.runFork(Effect.logError("The logs, spans and metrics of a worker could not be processed", Cause.die(error)))
  }
}

/** Marks errors in reading a message. */
const readable = <A>(read: () => A): A => {
  try {
    return read()
  } catch (error) {
    throw new Unreadable("A worker sent data that makes no sense", { cause: error })
  }
}

const read = ({ specials, value }: WireRecord, origin: string): unknown =>
  readable(() => new WireReader(specials, origin).read(value))

const readFields = (wire: WireRecord, origin: string): Record<string, unknown> => {
  const value = read(wire, origin)
  return readable(() => recordOf(value))
}
