import { AsyncLocalStorage, executionAsyncId, executionAsyncResource } from "node:async_hooks"
import { types } from "node:util"
import type { PreemptionData } from "./Preemption.ts"
import { setQuestions } from "./questions.ts"
import { runningStack } from "./runningStack.ts"
import { SendGate } from "./SendGate.ts"

/** A thread's own part in its preemption: it tells a parent that has paused it which call's code runs. */
export class Preemptible {
  /** `false` if the last cut has cleared the queue of microtasks, as V8 does when it cuts one of them. */
  hasMicrotasks = true
  private readonly current: AsyncLocalStorage<number> | undefined

  /** `data` is what `startPreempted` gave; `undefined` if the thread is never cut. */
  constructor(data: PreemptionData) {
    if (data === undefined) return
    const current = new AsyncLocalStorage<number>()
    this.current = current
    setQuestions({
      onStack: () => {
        this.hasMicrotasks = false
        void Promise.resolve().then(() => (this.hasMicrotasks = true))
        return current.getStore() ?? 0
      },
      isCurrent: (asyncId) => executionAsyncId() === asyncId,
      isClear: () => !types.isPromise(executionAsyncResource()) || forgetCallbacks(),
      runningStack
    })
    // The first to be told, before what tasks have to do there.
    process.prependListener("exit", () => new SendGate(data).shutAndWait())
  }

  /** Runs the code of a call. All that follows from it belongs to the call as well. */
  run<A, B>(target: number, f: (argument: A) => B, argument: A): B {
    return this.current === undefined ? f(argument) : this.current.run(target, f, argument)
  }
}

interface AsyncWrap {
  readonly clearAsyncIdStack: () => void
}

/**
 * Where async_hooks are in use, as they always are on Node.js 22, each reaction of a promise is noted while it runs. A cut would leave that,
 * and Node.js aborts the whole process when it finds it. So the notes are cleared, as Node.js itself does it after an error that nobody
 * caught. `false` where that cannot be had: it is not public, and from Node.js 24 on not to be had at all.
 */
const forgetCallbacks = (): boolean => {
  const { noDeprecation } = process
  try {
    // Otherwise users are told that `binding` is deprecated.
    process.noDeprecation = true
    // Typed nowhere.
    const { binding } = process as unknown as { readonly binding: (name: string) => AsyncWrap }
    binding.call(process, "async_wrap").clearAsyncIdStack()
    return true
  } catch {
    return false
  } finally {
    process.noDeprecation = noDeprecation ?? false
  }
}
