import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { callOf } from "../../task/callOf.ts"
import type { TaskLayer } from "../../task/TaskLayer.ts"
import { transferablesIn } from "../../task/transferables.ts"
import { requireNow } from "../requireNow.ts"
import type { CallRequest } from "../Call.ts"
import type * as Streams from "./StreamWriter.ts"
import { encodeExit } from "../codec/encodeReply.ts"
import type { FunctionCodecs } from "../codec/FunctionCodecs.ts"
import { makeTelemetry, type Telemetry } from "../telemetry/Telemetry.ts"
import { CurrentReporter } from "../../task/CurrentReporter.ts"
import type { Reporter } from "../../task/reporting.ts"
import type { CallEvents, RunningCall } from "./CallRunner.ts"
import { calling, type LoadedFunction } from "./LoadedModules.ts"
import type { StreamWriter } from "./StreamWriter.ts"
import { TaskFiber } from "./TaskFiber.ts"

type MakeStreamWriter = typeof StreamWriter

const nothing: ReadonlyArray<never> = []

/** The calls whose functions return effects, or need a layer. Nothing else in a worker needs Effect. */
export class EffectCalls {
  private readonly telemetry: Telemetry
  private readonly sharesMemory: boolean
  private readonly running = new Set<TaskFiber>()
  private readonly held = new Map<TaskLayer<never, unknown, unknown>, Effect.Effect<void>>()
  private onIdle: (() => void) | undefined = undefined
  /** Loads the writer of streams. */
  readonly loadStreams: () => MakeStreamWriter

  constructor(telemetry: Telemetry, sharesMemory: boolean, loadStreams: () => MakeStreamWriter) {
    this.telemetry = telemetry
    this.sharesMemory = sharesMemory
    this.loadStreams = loadStreams
  }

  /** Runs the effect that a function has returned. */
  run(
    effect: Effect.Effect<unknown, unknown, unknown>,
    { codecs, fn }: LoadedFunction,
    request: CallRequest,
    on: CallEvents,
    reporter: Reporter
  ): RunningCall {
    return this.fork(effect, fn.layer?.held, () => codecs, request, on, reporter)
  }

  /** Reads the stream that a function has returned. */
  runStream(
    returned: unknown,
    { codecs, fn }: LoadedFunction,
    request: CallRequest,
    on: CallEvents,
    reporter: Reporter
  ): RunningCall {
    const writer = this.streamWriter(codecs, request, on)
    const fiber = this.fork(writer.writeAll(returned), fn.layer?.held, () => codecs, request, on, reporter)
    return streaming(fiber, writer)
  }

  private streamWriter(codecs: FunctionCodecs, request: CallRequest, on: CallEvents): StreamWriter {
    const Writer = this.loadStreams()
    return new Writer(on, codecs, request.task, this.sharesMemory)
  }

  /** Runs the first call that needs the layer, and calls that come while it is being built. */
  runWithLayer(
    layer: TaskLayer<never, unknown, unknown>,
    loaded: LoadedFunction,
    args: ReadonlyArray<unknown>,
    request: CallRequest,
    on: CallEvents,
    reporter: Reporter
  ): RunningCall {
    const { codecs, fn } = loaded
    const writer = fn.isStreaming ? this.streamWriter(codecs, request, on) : undefined
    if (!this.held.has(layer)) this.held.set(layer, layer.hold())
    let isBuilt = false
    const call = Effect.suspend(() => {
      isBuilt = true
      calling(loaded, on)
      // The layer is held, so its use need not be counted. Code that is cut off would count for ever.
      const called = callOf(fn, args)
      const all = writer === undefined ? called : Effect.flatMap(called, writer.writeAll)
      return Effect.provideContext(all, layer.held ?? Context.empty())
    })
    // A layer's errors are not in the function's Schemas.
    const effect = Effect.andThen(layer.provideTo(Effect.void), call)
    const fiber = this.fork(effect, undefined, () => (isBuilt ? codecs : undefined), request, on, reporter)
    return writer === undefined ? fiber : streaming(fiber, writer)
  }

  private fork(
    effect: Effect.Effect<unknown, unknown, unknown>,
    services: Context.Context<never> | undefined,
    codecs: () => FunctionCodecs | undefined,
    request: CallRequest,
    on: CallEvents,
    reporter: Reporter
  ): TaskFiber {
    const context = Context.add(this.telemetry.contextOf(request), CurrentReporter, reporter)
    const own = services === undefined ? context : Context.merge(context, services)
    const fiber = new TaskFiber(request, effect, own, (exit) => {
      this.remove(fiber)
      const reply = encodeExit(exit, codecs(), request.task, this.sharesMemory)
      // Telemetry of the call must arrive before its end.
      this.telemetry.flush()
      on.ended(reply, exit._tag === "Success" ? transferablesIn(exit.value) : nothing)
    })
    this.running.add(fiber)
    fiber.start()
    return fiber
  }

  private remove(fiber: TaskFiber): void {
    this.running.delete(fiber)
    if (this.running.size === 0) this.onIdle?.()
  }

  /** See `CallRunner`. */
  abandon(request: CallRequest | undefined): boolean {
    for (const each of Array.from(this.running)) {
      if (each.request !== request) continue
      each.abandon()
      this.remove(each)
    }
    // The cut may have hit a fiber that others wait for, such as one that builds a layer.
    return TaskFiber.afterCut()
  }

  /** Interrupts running calls, and releases the layers. */
  async end(): Promise<void> {
    for (const call of Array.from(this.running)) call.interrupt()
    if (this.running.size > 0) await new Promise<void>((resolve) => (this.onIdle = resolve))
    const releases = Array.from(this.held.values()).toReversed()
    const each = (release: Effect.Effect<void>) =>
      Effect.catchCause(release, (cause) => Effect.logError("Releasing the layer of a task module failed", cause))
    const all = Effect.forEach(releases, each, { discard: true })
    await Effect.runPromiseWith(this.telemetry.context)(all)
    this.telemetry.flush()
  }
}

const streaming = (fiber: TaskFiber, { demand }: StreamWriter): RunningCall => ({
  interrupt: () => fiber.interrupt(),
  demand: (count) => demand.add(count)
})

/** `emit` sends messages for `TelemetrySink.receive`. */
export const makeEffectCalls = (emit: (message: unknown) => void, sharesMemory: boolean): EffectCalls =>
  new EffectCalls(makeTelemetry(emit), sharesMemory, () => {
    const { StreamWriter } = requireNow(import.meta.url, "./StreamWriter") as typeof Streams
    return StreamWriter
  })
