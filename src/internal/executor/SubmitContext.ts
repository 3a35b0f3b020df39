import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { CurrentTask, type Surrounding } from "../future/blocking.ts"

/** The asynchronous context, on which `AsyncLocalStorage` and the like rely. */
interface AsyncContext {
  runInAsyncScope<Args extends Array<unknown>>(f: (...args: Args) => void, self: unknown, ...args: Args): void
  emitDestroy(): void
}

// A runtime without the module has no such context. Effect's fibers look for the module in the same way.
const hooks = (() => {
  try {
    return globalThis.process?.getBuiltinModule?.("node:async_hooks")
  } catch {
    return undefined
  }
})()
const AsyncResource: (new (type: string) => AsyncContext) | undefined = hooks?.AsyncResource

/** The asynchronous context of the code that runs now. */
const captureAsyncContext = (): AsyncContext | undefined =>
  AsyncResource === undefined ? undefined : new AsyncResource("effect-futures/Task")

/**
 * The place where Node.js keeps the values of all stores, from version 24 on. Version 22 has that place too, but leaves it empty unless
 * told otherwise. So this is tested with a store.
 */
const frameKey = (() => {
  if (hooks === undefined) return undefined
  const storage = new hooks.AsyncLocalStorage<number>()
  try {
    return storage.run(1, () => {
      const sample = new hooks.AsyncResource("effect-futures/Task")
      const key = Object.getOwnPropertySymbols(sample).find(({ description }) => description === "context_frame")
      return key === undefined || Reflect.get(sample, key) === undefined ? undefined : key
    })
  } catch {
    // A runtime with a different async_hooks. There, no two contexts are known to be the same.
    return undefined
  } finally {
    storage.disable()
  }
})()

const isSame = (one: AsyncContext | undefined, other: AsyncContext | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : frameKey !== undefined && Reflect.get(one, frameKey) === Reflect.get(other, frameKey)

let latest: SubmitContext | undefined = undefined

/**
 * Everything that a task inherits from its submitter: services, and the asynchronous context if the task runs in this thread.
 *
 * Most pending tasks have the same submitter and share its context, because a copy for each would cost memory and time to collect.
 */
export class SubmitContext {
  readonly context: Context.Context<never>
  /** The task whose code made the submission. */
  readonly surrounding: Surrounding | undefined
  private readonly asyncContext: AsyncContext | undefined
  private tasks = 1
  private knownFork: ReturnType<typeof Effect.runForkWith<never>> | undefined = undefined
  private knownClock: Clock.Clock | undefined = undefined

  private constructor(context: Context.Context<never>, asyncContext: AsyncContext | undefined) {
    this.context = context
    this.surrounding = Context.get(context, CurrentTask)
    this.asyncContext = asyncContext
  }

  /** The context of another task. */
  static of(context: Context.Context<never>, isToRunHere: boolean): SubmitContext {
    const asyncContext = isToRunHere ? captureAsyncContext() : undefined
    if (latest !== undefined && latest.context === context && isSame(latest.asyncContext, asyncContext)) {
      asyncContext?.emitDestroy()
      latest.tasks++
      return latest
    }
    latest = new SubmitContext(context, asyncContext)
    return latest
  }

  /** The context of tasks that have ended. */
  static readonly none: SubmitContext = new SubmitContext(Context.empty(), undefined)

  /** Forks a fiber with the submitter's services. */
  get fork(): ReturnType<typeof Effect.runForkWith<never>> {
    return (this.knownFork ??= Effect.runForkWith(this.context))
  }

  get clock(): Clock.Clock {
    return (this.knownClock ??= Context.get(this.context, Clock.Clock))
  }

  /** Calls `f` in the submitter's asynchronous context. */
  run<Args extends Array<unknown>>(f: (...args: Args) => void, self: unknown, ...args: Args): void {
    if (this.asyncContext === undefined) f.apply(self, args)
    else this.asyncContext.runInAsyncScope(f, self, ...args)
  }

  /** A task of this context has ended. */
  release(): void {
    if (--this.tasks > 0) return
    if (latest === this) latest = undefined
    this.asyncContext?.emitDestroy()
  }
}
