import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { isBare, writeAmbient } from "./Ambient.ts"
import type { Ambient } from "../Call.ts"
import { originOf } from "../codec/decodeReply.ts"
import { replayMetric } from "./MetricReplay.ts"
import type { TelemetryMessage, TelemetryOrigin, WireAmbient, WireRecord, WireSpan } from "./TelemetryMessage.ts"
import { readCause } from "../codec/readCause.ts"
import { WireReader } from "../codec/WireReader.ts"

/** A context that tasks are submitted in, and what of it travels: nothing if there is nothing in it that matters. */
interface Submitter {
  readonly context: Context.Context<never>
  readonly wire: WireAmbient | undefined
  /** Calls that go on. */
  calls: number
}

/** A span that was begun in a worker, made once more here. */
interface OpenSpan {
  readonly span: Tracer.Span
  readonly worker: string
  readonly task: string | undefined
}

let lastId = 0

/** Where what the tasks in an executor's workers tell is told once more: to the loggers, the tracer and the metrics of who submitted them. */
export class TelemetrySink {
  // Keeps none of them: they may have all that was made for a request.
  private readonly known = new WeakMap<Context.Context<never>, Submitter>()
  private readonly active = new Map<number, Submitter>()
  /** By what they are called in their worker. */
  private readonly spans = new Map<string, OpenSpan>()
  private readonly own: Context.Context<never>

  /** `context` is the executor's own, for what belongs to no task that still runs. */
  constructor(context: Context.Context<never>) {
    this.own = context
  }

  /** What travels with a task that is submitted in the context. Each call is to be followed by a `leave`, if it gave something. */
  enter(context: Context.Context<never>): Ambient | undefined {
    if (context.mapUnsafe.size === 0) return undefined
    const submitter = this.known.get(context) ?? this.submitter(context)
    const { wire } = submitter
    if (wire !== undefined && ++submitter.calls === 1) this.active.set(wire.id, submitter)
    return wire
  }

  /** The call that it was given for has ended. */
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

  /** A message of a worker. Never throws: loggers and tracers may, but those are no matter of whoever brings the message. */
  receive(message: TelemetryMessage, worker: string): void {
    try {
      this.replay(message, worker)
    } catch (error) {
      this.report(error)
    }
  }

  /** The worker has ended; what it had begun to tell goes no further. */
  workerEnded(worker: string): void {
    for (const [key, { span, worker: its }] of Array.from(this.spans)) {
      if (its !== worker) continue
      this.spans.delete(key)
      try {
        span.end(BigInt(Date.now()) * 1_000_000n, Exit.failCause(Cause.interrupt()))
      } catch (error) {
        this.report(error)
      }
    }
  }

  private replay(message: TelemetryMessage, worker: string): void {
    switch (message._tag) {
      case "Log":
        return this.log(message, worker)
      case "Metric":
        return replayMetric(message.series, message.updates, this.contextOf(message.of))
      case "SpanStart":
        return this.startSpan(message, worker)
      default: {
        const open = this.spans.get(keyOf(worker, message.key))
        return open === undefined ? undefined : this.changeSpan(open, message)
      }
    }
  }

  private startSpan(message: Extract<TelemetryMessage, { _tag: "SpanStart" }>, worker: string): void {
    const { task } = message.of
    const context = this.contextOf(message.of)
    const tracer = Context.get(context, Tracer.Tracer)
    const span = tracer.span({
      name: message.name,
      parent: Option.fromUndefinedOr(message.parent && this.resolve(message.parent, worker, context)),
      annotations: Context.empty(),
      links: this.readLinks(message.links, worker, context, task),
      startTime: message.startTime,
      kind: message.kind,
      root: message.root,
      sampled: true
    })
    if (task !== undefined) span.attribute("task", task)
    span.attribute("worker", worker)
    this.spans.set(keyOf(worker, message.key), { span, worker, task })
  }

  private changeSpan(
    { span, task, worker }: OpenSpan,
    message: Exclude<TelemetryMessage, { _tag: "Log" | "Metric" | "SpanStart" }>
  ): void {
    const origin = originOf(task ?? "none", worker)
    switch (message._tag) {
      case "SpanAttribute":
        return span.attribute(message.name, read(message.value, origin))
      case "SpanEvent":
        return span.event(message.name, message.time, read(message.attributes, origin) as Record<string, unknown>)
      case "SpanLinks":
        return span.addLinks(this.readLinks(message.links, worker, this.own, task))
      case "SpanEnd":
        this.spans.delete(keyOf(worker, message.key))
        // What it succeeded with is no matter of tracers, and may be large.
        return span.end(message.time, message.cause ? Exit.failCause(readCause(message.cause, origin)) : Exit.void)
    }
  }

  /** The span that another one refers to: one from the same worker, that of the submitter, or one from elsewhere. */
  private resolve(wire: WireSpan, worker: string, context: Context.Context<never>): Tracer.AnySpan {
    const own = Context.getOrUndefined(context, Tracer.ParentSpan)
    const found = this.spans.get(keyOf(worker, wire.spanId))?.span
    return found ?? (own !== undefined && own.spanId === wire.spanId ? own : Tracer.externalSpan(wire))
  }

  private readLinks(
    links: Extract<TelemetryMessage, { _tag: "SpanStart" }>["links"],
    worker: string,
    context: Context.Context<never>,
    task: string | undefined
  ): Array<Tracer.SpanLink> {
    const origin = originOf(task ?? "none", worker)
    return links.map(({ attributes, span }) => ({
      span: this.resolve(span, worker, context),
      attributes: read(attributes, origin) as Record<string, unknown>
    }))
  }

  private log(message: Extract<TelemetryMessage, { _tag: "Log" }>, worker: string): void {
    const { task } = message.of
    const origin = originOf(task ?? "none", worker)
    const submitter = this.contextOf(message.of)
    const content = read(message.content, origin) as { message: unknown; annotations: Record<string, unknown> }
    const span = message.span === undefined ? undefined : this.spans.get(keyOf(worker, message.span))?.span
    const annotations = {
      // Also those that could not travel.
      ...Context.get(submitter, References.CurrentLogAnnotations),
      ...content.annotations,
      ...(task === undefined ? undefined : { task }),
      worker
    }
    const context = submitter.pipe(
      Context.add(References.CurrentLogAnnotations, annotations),
      Context.add(References.CurrentLogSpans, message.logSpans)
    )
    const cause = readCause(message.cause, origin)
    const log = Effect.withFiber((fiber) =>
      Effect.sync(() => {
        for (const logger of fiber.getRef(References.CurrentLoggers)) {
          logger.log({
            message: content.message,
            cause,
            date: new Date(message.time),
            fiber,
            logLevel: message.level
          })
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

  /** A logger, a tracer or a metric threw. There is no task to blame, so it is said by what Effect brings along. */
  private report(error: unknown): void {
    Effect.runFork(Effect.logError("What a worker told could not be told here", Cause.die(error)))
  }
}

const keyOf = (worker: string, span: string): string => `${worker} ${span}`

const read = ({ specials, value }: WireRecord, origin: string): unknown => new WireReader(specials, origin).read(value)
