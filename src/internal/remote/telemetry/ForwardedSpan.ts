import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { CurrentCall } from "./CurrentCall.ts"
import type { TelemetryMessage, WireRecord, WireSpan } from "./TelemetryMessage.ts"
import { writeCause } from "../codec/encodeReply.ts"
import { WireWriter } from "../codec/WireWriter.ts"

type Emit = (message: TelemetryMessage) => void

/** A tracer whose spans are made again in the program, if they are traced there. */
export const makeForwardedTracer = (emit: Emit): Tracer.Tracer =>
  Tracer.make({
    span: (options) => {
      if (!options.sampled) return new Tracer.NativeSpan(options)
      const span = new ForwardedSpan(options, emit)
      const fiber = Fiber.getCurrent()
      const parent = Option.getOrUndefined(options.parent)
      emit({
        _tag: "SpanStart",
        of: fiber === undefined ? { task: undefined, ambient: undefined } : fiber.getRef(CurrentCall),
        key: span.spanId,
        name: options.name,
        parent: parent === undefined ? undefined : writeSpan(parent),
        startTime: options.startTime,
        kind: options.kind,
        root: options.root,
        links: writeLinks(options.links)
      })
      return span
    }
  })

export const isForwarded = (span: Tracer.AnySpan): boolean => span instanceof ForwardedSpan

class ForwardedSpan extends Tracer.NativeSpan {
  private readonly emit: Emit

  constructor(options: ConstructorParameters<typeof Tracer.NativeSpan>[0], emit: Emit) {
    super(options)
    this.emit = emit
  }

  override attribute(key: string, value: unknown): void {
    if (this.status._tag === "Ended") return
    super.attribute(key, value)
    this.emit({ _tag: "SpanAttribute", key: this.spanId, name: key, value: writeRecord(value) })
  }

  override event(name: string, startTime: bigint, attributes?: Record<string, unknown>): void {
    if (this.status._tag === "Ended") return
    super.event(name, startTime, attributes)
    this.emit({
      _tag: "SpanEvent",
      key: this.spanId,
      name,
      time: startTime,
      attributes: writeRecord(attributes ?? {})
    })
  }

  override addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    if (this.status._tag === "Ended") return
    super.addLinks(links)
    this.emit({ _tag: "SpanLinks", key: this.spanId, links: writeLinks(links) })
  }

  override end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.status._tag === "Ended") return
    super.end(endTime, exit)
    const cause = exit._tag === "Failure" ? writeCause(exit.cause) : undefined
    this.emit({ _tag: "SpanEnd", key: this.spanId, time: endTime, cause })
  }
}

export const writeSpan = ({ sampled, spanId, traceId }: Tracer.AnySpan): WireSpan => ({ sampled, spanId, traceId })

export const writeRecord = (value: unknown): WireRecord => {
  const writer = new WireWriter()
  return { value: writer.write(value), specials: writer.specials }
}

const writeLinks = (links: ReadonlyArray<Tracer.SpanLink>) =>
  links.map(({ attributes, span }) => ({ span: writeSpan(span), attributes: writeRecord(attributes) }))
