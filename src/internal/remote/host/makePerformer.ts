import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { TaskModuleError } from "../../../Errors.ts"
import { isPromiseLike } from "../../task/TaskFunction.ts"
import { callOf } from "../../task/TaskImpl.ts"
import type { TaskLayer } from "../../task/TaskLayer.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { CallReply, CallRequest } from "../Call.ts"
import { encodeDefect, encodeError, encodeExit, encodeFailure, encodeSuccess } from "../codec/encodeReply.ts"
import type { FunctionCodecs } from "../codec/FunctionCodecs.ts"
import { type LoadedFunction, LoadedModules } from "./LoadedModules.ts"
import type { Performance, Performer } from "./Performer.ts"
import { TaskFiber } from "./TaskFiber.ts"
import type { Telemetry } from "../telemetry/Telemetry.ts"

export interface PerformerOptions {
  /** Where what the effects of tasks tell of themselves goes. */
  readonly telemetry: Telemetry
  /** Whether it is in a thread of the process that the calls come from. */
  readonly sharesMemory: boolean
  /** How a file is imported, if not by `import`. */
  readonly load?: ((url: string) => Promise<object>) | undefined
}

export interface TaskPerformer extends Performer {
  /**
   * Instead of `abandon`, for who waits on for the end of the call after a cut, and can cut again if its finalizers do not end.
   *
   * To be called after the JavaScript that ran here was cut off by force. If that was the code of an effect, its fiber
   * is still as it was then, and would stay so for ever: it is interrupted, so that its finalizers run and the call ends. A
   * file that was being imported cannot be loaded any more.
   */
  afterCut(): void
}

type Ended = (reply: CallReply, transfer: ReadonlyArray<unknown>) => void

const nothing: ReadonlyArray<never> = []
/** Of what has ended already, and of what cannot be asked to stop. */
const unstoppable: Performance = { interrupt() {} }

export const makePerformer = (options: PerformerOptions): TaskPerformer => new PerformerImpl(options)

class PerformerImpl implements TaskPerformer {
  private readonly modules: LoadedModules
  private readonly telemetry: Telemetry
  private readonly sharesMemory: boolean
  /** Those that can be asked to stop, and are waited for. */
  private readonly running = new Set<Performance>()
  private readonly held = new Map<TaskLayer<never, unknown, unknown>, Effect.Effect<void>>()
  private closing: Promise<void> | undefined = undefined
  private onIdle: (() => void) | undefined = undefined

  constructor(options: PerformerOptions) {
    this.telemetry = options.telemetry
    this.sharesMemory = options.sharesMemory
    this.modules = new LoadedModules(options.load ?? ((url) => import(url)))
  }

  load(request: CallRequest): Promise<void> | undefined {
    return this.modules.load(request.url, request.name)
  }

  perform(request: CallRequest, ended: Ended): Performance {
    if (this.closing !== undefined) return endedAtOnce(ended, encodeFailure(Cause.interrupt()))
    const { url, name, task } = request
    const loaded = this.modules.find(url, name)
    if (!("reason" in loaded)) return this.call(loaded, request, ended)
    const error = new TaskModuleError({ task, url, reason: loaded.reason })
    return endedAtOnce(ended, encodeError(error))
  }

  private call(loaded: LoadedFunction, request: CallRequest, ended: Ended): Performance {
    const { codecs, fn } = loaded
    let args: ReadonlyArray<unknown>
    try {
      args = codecs.decodeArgs(request.args, request.task)
    } catch (error) {
      return endedAtOnce(ended, encodeError(error))
    }
    const services = fn.layer?.held
    if (fn.layer !== undefined && services === undefined) {
      return this.callWithLayer(fn.layer, loaded, args, request, ended)
    }
    let returned: unknown
    let isPromise: boolean
    try {
      returned = fn.invoke(args)
      isPromise = !Effect.isEffect(returned) && isPromiseLike(returned)
    } catch (defect) {
      return endedAtOnce(ended, encodeDefect(defect))
    }
    if (Effect.isEffect(returned)) return this.run(returned, services, codecs, request, ended)
    if (!isPromise) {
      ended(encodeSuccess(returned, codecs, request.task, this.sharesMemory), transferablesIn(returned))
      return unstoppable
    }
    // Nobody can stop a promise, so nobody waits for it at the end either.
    void Promise.resolve(returned).then(
      (value) => ended(encodeSuccess(value, codecs, request.task, this.sharesMemory), transferablesIn(value)),
      (reason) => ended(encodeDefect(reason), nothing)
    )
    return unstoppable
  }

  /** The first of the tasks that need the layer, and those that come while it is being built. */
  private callWithLayer(
    layer: TaskLayer<never, unknown, unknown>,
    { codecs, fn }: LoadedFunction,
    args: ReadonlyArray<unknown>,
    request: CallRequest,
    ended: Ended
  ): Performance {
    if (!this.held.has(layer)) this.held.set(layer, layer.hold())
    let isBuilt = false
    const call = Effect.suspend(() => {
      isBuilt = true
      // It is held, so it is still there. Used without being counted: code that is cut off would count for ever.
      return Effect.provideContext(callOf(fn, args), layer.held ?? Context.empty())
    })
    // A layer's own errors are no matter of the function's Schemas.
    const effect = Effect.andThen(layer.provideTo(Effect.void), call)
    return this.run(effect, undefined, () => (isBuilt ? codecs : undefined), request, ended)
  }

  private run(
    effect: Effect.Effect<unknown, unknown, unknown>,
    services: Context.Context<never> | undefined,
    codecs: FunctionCodecs | (() => FunctionCodecs | undefined),
    request: CallRequest,
    ended: Ended
  ): Performance {
    const context = this.telemetry.contextOf(request)
    const fiber = new TaskFiber(
      request,
      effect,
      services === undefined ? context : Context.merge(context, services),
      (exit) => {
        this.remove(fiber)
        const reply = encodeExit(
          exit,
          typeof codecs === "function" ? codecs() : codecs,
          request.task,
          this.sharesMemory
        )
        // What it has told must be there before it has ended.
        this.telemetry.flush()
        ended(reply, exit._tag === "Success" ? transferablesIn(exit.value) : nothing)
      }
    )
    this.running.add(fiber)
    fiber.start()
    return fiber
  }

  private remove(performance: Performance): void {
    this.running.delete(performance)
    if (this.running.size === 0) this.onIdle?.()
  }

  afterCut(): void {
    this.modules.afterCut()
    for (const each of Array.from(this.running)) if (each instanceof TaskFiber) each.afterCut()
    TaskFiber.afterCut()
  }

  abandon(request: CallRequest | undefined): boolean {
    const isWhole = this.modules.afterCut()
    for (const each of Array.from(this.running)) {
      if (!(each instanceof TaskFiber) || each.request !== request) continue
      each.abandon()
      this.remove(each)
    }
    // Not the task's own fiber, but one that others may wait for, such as that which builds a layer.
    TaskFiber.afterCut()
    return isWhole
  }

  close(): Promise<void> {
    return (this.closing ??= this.end())
  }

  private async end(): Promise<void> {
    for (const performance of Array.from(this.running)) performance.interrupt()
    if (this.running.size > 0) await new Promise<void>((resolve) => (this.onIdle = resolve))
    const releases = Array.from(this.held.values()).toReversed()
    const each = (release: Effect.Effect<void>) =>
      Effect.catchCause(release, (cause) => Effect.logError("The layer of a task module failed to be released", cause))
    const all = Effect.forEach(releases, each, { discard: true })
    await Effect.runPromiseWith(this.telemetry.context)(all)
    this.telemetry.flush()
  }
}

const endedAtOnce = (ended: Ended, reply: CallReply): Performance => {
  ended(reply, nothing)
  return unstoppable
}
