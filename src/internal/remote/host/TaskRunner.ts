import { TaskModuleError } from "../../../Errors.ts"
import { reportingTo } from "../../task/reporting.ts"
import { isEffect, isPromiseLike } from "../../task/TaskFunction.ts"
import type { CallRequest, HostReply } from "../Call.ts"
import { encodeDefect, encodeError } from "../codec/encodeReply.ts"
import { LoadedCall } from "./LoadedCall.ts"
import { type LoadedFunction, LoadedModules } from "./LoadedModules.ts"
import type { CallEvents, CallRunner, RunningCall } from "./CallRunner.ts"
import type { EffectCalls } from "./EffectCalls.ts"

interface TaskRunnerOptions {
  /** Loads Effect, and the runner of effects. */
  readonly loadEffects: () => EffectCalls
  /** Whether functions probably return effects. Then Effect is loaded before the first call, and not in its time. */
  readonly wantsEffects: () => boolean
  /** Whether this worker is a thread of the program. */
  readonly sharesMemory: boolean
  /** How a file is imported, if not by `import`. */
  readonly load?: ((url: string) => Promise<object>) | undefined
}

const nothing: ReadonlyArray<never> = []
/** A call that has ended, or that cannot be asked to stop. */
const unstoppable: RunningCall = { interrupt() {} }

/** Calls the functions of task modules. Plain functions need nothing of Effect. */
export class TaskRunner implements CallRunner {
  private readonly modules: LoadedModules
  private readonly options: TaskRunnerOptions
  private loadedEffects: EffectCalls | undefined = undefined
  private closing: Promise<void> | undefined = undefined

  constructor(options: TaskRunnerOptions) {
    this.options = options
    this.modules = new LoadedModules(options.load ?? ((url) => import(url)))
  }

  private get effects(): EffectCalls {
    return (this.loadedEffects ??= this.options.loadEffects())
  }

  load({ name, url }: Pick<CallRequest, "url" | "name">): Promise<void> | undefined {
    return this.modules.load(url, name)?.then(() => {
      const loaded = this.modules.find(url, name)
      if ("reason" in loaded) return
      const { isStreaming, layer } = loaded.fn
      if (isStreaming) this.effects.loadStreams()
      else if (layer !== undefined || this.options.wantsEffects()) void this.effects
    })
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
    const call = new LoadedCall(loaded, request, on, this.options.sharesMemory)
    const { fn } = loaded
    let args: ReadonlyArray<unknown>
    try {
      args = call.codecs.decodeArgs(request.args)
    } catch (error) {
      return endedAtOnce(on, encodeError(error))
    }
    if (fn.layer !== undefined && fn.layer.held === undefined) return this.effects.runWithLayer(fn.layer, args, call)
    call.calling()
    let returned: unknown
    let isPromise: boolean
    try {
      returned = reportingTo(call, () => fn.invoke(args))
      isPromise = !isEffect(returned) && isPromiseLike(returned)
    } catch (defect) {
      return endedAtOnce(on, encodeDefect(defect))
    }
    if (fn.isStreaming) return this.effects.runStream(returned, call)
    if (isEffect(returned)) return this.effects.run(returned, call)
    if (!isPromise) {
      call.succeeded(returned)
      return unstoppable
    }
    void Promise.resolve(returned).then(
      (value) => call.succeeded(value),
      (reason) => on.ended(encodeDefect(reason), nothing)
    )
    // A promise cannot be stopped. So it is no longer waited for, and goes on unseen.
    return { interrupt: () => on.ended({ _tag: "Interrupted" }, nothing) }
  }

  abandon(request: CallRequest | undefined): boolean {
    const areWhole = this.modules.afterCut()
    return (this.loadedEffects?.abandon(request) ?? true) && areWhole
  }

  close(): Promise<void> {
    return (this.closing ??= this.loadedEffects?.end() ?? Promise.resolve())
  }
}

const endedAtOnce = (on: CallEvents, reply: HostReply): RunningCall => {
  on.ended(reply, nothing)
  return unstoppable
}
