import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { callOf } from "../../task/callOf.ts"
import type { TaskLayer } from "../../task/TaskLayer.ts"
import { transferablesIn } from "../../task/transferables.ts"
import { requireNow } from "../requireNow.ts"
import type { CallRequest } from "../Call.ts"
import { encodeExit } from "../codec/encodeReply.ts"
import { Telemetry } from "../telemetry/Telemetry.ts"
import { CurrentReporter } from "../../task/CurrentReporter.ts"
import type { RunningCall } from "./CallRunner.ts"
import type { LoadedCall } from "./LoadedCall.ts"
import type * as Streams from "./StreamWriter.ts"
import type { StreamWriter } from "./StreamWriter.ts"
import { TaskFiber } from "./TaskFiber.ts"

const nothing: ReadonlyArray<never> = []

/** The calls whose functions return effects, or need a layer. Nothing else in a worker needs Effect. */
export class EffectCalls {
  private readonly telemetry: Telemetry
  private readonly running = new Set<TaskFiber>()
  private readonly held = new Map<TaskLayer<never, unknown, unknown>, Effect.Effect<void>>()
  private onIdle: (() => void) | undefined = undefined

  /** `emit` sends messages for `TelemetrySink.receive`. */
  constructor(emit: (message: unknown) => void) {
    this.telemetry = new Telemetry(emit)
  }

  /** Loads the writer of streams. */
  loadStreams(): typeof StreamWriter {
    return (requireNow(import.meta.url, "./StreamWriter") as typeof Streams).StreamWriter
  }

  /** Reads the stream that a function has returned. */
  runStream(returned: unknown, call: LoadedCall): RunningCall {
    const writer = new (this.loadStreams())(call)
    return streaming(this.run(writer.writeAll(returned), call), writer)
  }

  /** Runs the first call that needs the layer, and calls that come while it is being built. */
  runWithLayer(layer: TaskLayer<never, unknown, unknown>, args: ReadonlyArray<unknown>, call: LoadedCall): RunningCall {
    const { fn } = call
    const writer = fn.isStreaming ? new (this.loadStreams())(call) : undefined
    if (!this.held.has(layer)) this.held.set(layer, layer.hold())
    const body = Effect.suspend(() => {
      call.calling()
      // The layer is held, so its use need not be counted. Code that is cut off would count for ever.
      const called = callOf(fn, args)
      const all = writer === undefined ? called : Effect.flatMap(called, writer.writeAll)
      return Effect.provideContext(all, layer.held ?? Context.empty())
    })
    const fiber = this.run(Effect.andThen(layer.provideTo(Effect.void), body), call)
    return writer === undefined ? fiber : streaming(fiber, writer)
  }

  /** Runs the effect that a function has returned. */
  run(effect: Effect.Effect<unknown, unknown, unknown>, call: LoadedCall): TaskFiber {
    const { codecs, fn, on, request } = call
    const own = Context.add(this.telemetry.contextOf(request), CurrentReporter, call)
    const services = fn.layer?.held
    const context = services === undefined ? own : Context.merge(own, services)
    const fiber = new TaskFiber(request)
    this.running.add(fiber)
    fiber.start(effect, context, (exit) => {
      this.remove(fiber)
      // A layer's errors are not in the function's Schemas.
      const reply = encodeExit(exit, call.isCalled ? codecs : undefined)
      // Telemetry of the call must arrive before its end.
      this.telemetry.flush()
      on.ended(reply, exit._tag === "Success" ? transferablesIn(exit.value) : nothing)
    })
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
