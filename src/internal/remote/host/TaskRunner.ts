import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { TaskModuleError } from "../../../Errors.ts"
import { isPromiseLike } from "../../task/TaskFunction.ts"
import { callOf } from "../../task/TaskImpl.ts"
import type { TaskLayer } from "../../task/TaskLayer.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { CallRequest, HostReply } from "../Call.ts"
import { encodeDefect, encodeError, encodeExit, encodeSuccess } from "../codec/encodeReply.ts"
import type { FunctionCodecs } from "../codec/FunctionCodecs.ts"
import { type LoadedFunction, LoadedModules } from "./LoadedModules.ts"
import type { CallEvents, CallRunner, RunningCall } from "./CallRunner.ts"
import { TaskFiber } from "./TaskFiber.ts"
import type { Telemetry } from "../telemetry/Telemetry.ts"

export interface TaskRunnerOptions {
  /** Where what the effects of tasks tell of themselves goes. */
  readonly telemetry: Telemetry
  /** Whether it is in a thread of the process that the calls come from. */
  readonly sharesMemory: boolean
  /** How a file is imported, if not by `import`. */
  readonly load?: ((url: string) => Promise<object>) | undefined
}

export interface TaskRunner extends CallRunner {
  /**
   * Instead of `abandon`, for who waits on for the end of the call after a cut, and can cut again if its finalizers do not end.
   *
   * To be called after the JavaScript that ran here was cut off by force. If that was the code of an effect, its fiber
   * is still as it was then, and would stay so for ever: it is interrupted, so that its finalizers run and the call ends. A
   * file that was being imported cannot be loaded any more.
   */
  afterCut(): void
}

const nothing: ReadonlyArray<never> = []
/** Of what has ended already, and of what cannot be asked to stop. */
const unstoppable: RunningCall = { interrupt() {} }

export const makeTaskRunner = (options: TaskRunnerOptions): TaskRunner => new TaskRunnerImpl(options)

class TaskRunnerImpl implements TaskRunner {
  private readonly modules: LoadedModules
  private readonly telemetry: Telemetry
  private readonly sharesMemory: boolean
  /** Those that can be asked to stop, and are waited for. */
  private readonly running = new Set<RunningCall>()
  private readonly held = new Map<TaskLayer<never, unknown, unknown>, Effect.Effect<void>>()
  private closing: Promise<void> | undefined = undefined
  private onIdle: (() => void) | undefined = undefined

  constructor(options: TaskRunnerOptions) {
    this.telemetry = options.telemetry
    this.sharesMemory = options.sharesMemory
    this.modules = new LoadedModules(options.load ?? ((url) => import(url)))
  }

  load({ name, url }: Pick<CallRequest, "url" | "name">): Promise<void> | undefined {
    return this.modules.load(url, name)
  }

  isWarm({ name, url }: Pick<CallRequest, "url" | "name">): boolean {
    const loaded = this.modules.find(url, name)
    if ("reason" in loaded || !loaded.wasCalled) return false
    const { layer, schemas } = loaded.fn
    return schemas === undefined && (layer === undefined || layer.held !== undefined)
  }

  run(request: CallRequest, on: CallEvents): RunningCall {
    if (this.closing !== undefined) return endedAtOnce(on, { _tag: "Interrupted" })
    const { url, name, task } = request
    const loaded = this.modules.find(url, name)
    if (!("reason" in loaded)) return this.call(loaded, request, on)
    const error = new TaskModuleError({ task, url, reason: loaded.reason })
    return endedAtOnce(on, encodeError(error))
  }

  private call(loaded: LoadedFunction, request: CallRequest, on: CallEvents): RunningCall {
    const { codecs, fn } = loaded
    let args: ReadonlyArray<unknown>
    try {
      args = codecs.decodeArgs(request.args, request.task)
    } catch (error) {
      return endedAtOnce(on, encodeError(error))
    }
    const services = fn.layer?.held
    if (fn.layer !== undefined && services === undefined) {
      return this.callWithLayer(fn.layer, loaded, args, request, on)
    }
    calling(loaded, on)
    let returned: unknown
    let isPromise: boolean
    try {
      returned = fn.invoke(args)
      isPromise = !Effect.isEffect(returned) && isPromiseLike(returned)
    } catch (defect) {
      return endedAtOnce(on, encodeDefect(defect))
    }
    if (Effect.isEffect(returned)) return this.fork(returned, services, codecs, request, on)
    if (!isPromise) {
      on.ended(encodeSuccess(returned, codecs, request.task, this.sharesMemory), transferablesIn(returned))
      return unstoppable
    }
    void Promise.resolve(returned).then(
      (value) => on.ended(encodeSuccess(value, codecs, request.task, this.sharesMemory), transferablesIn(value)),
      (reason) => on.ended(encodeDefect(reason), nothing)
    )
    // Nobody can stop a promise. So nobody waits for it: it goes on unseen.
    return { interrupt: () => on.ended({ _tag: "Interrupted" }, nothing) }
  }

  /** The first of the tasks that need the layer, and those that come while it is being built. */
  private callWithLayer(
    layer: TaskLayer<never, unknown, unknown>,
    loaded: LoadedFunction,
    args: ReadonlyArray<unknown>,
    request: CallRequest,
    on: CallEvents
  ): RunningCall {
    const { codecs, fn } = loaded
    if (!this.held.has(layer)) this.held.set(layer, layer.hold())
    let isBuilt = false
    const call = Effect.suspend(() => {
      isBuilt = true
      calling(loaded, on)
      // It is held, so it is still there. Used without being counted: code that is cut off would count for ever.
      return Effect.provideContext(callOf(fn, args), layer.held ?? Context.empty())
    })
    // A layer's own errors are no matter of the function's Schemas.
    const effect = Effect.andThen(layer.provideTo(Effect.void), call)
    return this.fork(effect, undefined, () => (isBuilt ? codecs : undefined), request, on)
  }

  private fork(
    effect: Effect.Effect<unknown, unknown, unknown>,
    services: Context.Context<never> | undefined,
    codecs: FunctionCodecs | (() => FunctionCodecs | undefined),
    request: CallRequest,
    on: CallEvents
  ): RunningCall {
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
        on.ended(reply, exit._tag === "Success" ? transferablesIn(exit.value) : nothing)
      }
    )
    this.running.add(fiber)
    fiber.start()
    return fiber
  }

  private remove(call: RunningCall): void {
    this.running.delete(call)
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
    for (const call of Array.from(this.running)) call.interrupt()
    if (this.running.size > 0) await new Promise<void>((resolve) => (this.onIdle = resolve))
    const releases = Array.from(this.held.values()).toReversed()
    const each = (release: Effect.Effect<void>) =>
      Effect.catchCause(release, (cause) => Effect.logError("The layer of a task module failed to be released", cause))
    const all = Effect.forEach(releases, each, { discard: true })
    await Effect.runPromiseWith(this.telemetry.context)(all)
    this.telemetry.flush()
  }
}

const endedAtOnce = (on: CallEvents, reply: HostReply): RunningCall => {
  on.ended(reply, nothing)
  return unstoppable
}

const calling = (loaded: LoadedFunction, on: CallEvents): void => {
  const isFirst = !loaded.wasCalled
  loaded.wasCalled = true
  on.called(isFirst)
}
