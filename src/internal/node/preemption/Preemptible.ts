import { AsyncLocalStorage, executionAsyncId, executionAsyncResource } from "node:async_hooks"
import { types } from "node:util"
import { setQuestions } from "./questions.ts"
import { runningStack } from "./runningStack.ts"

/** The part of preemption that runs in the worker: it tells a parent that has paused the worker which call's code runs. */
export class Preemptible {
  /** `false` if the last cut has cleared the queue of microtasks, as V8 does when it cuts one of them. */
  hasMicrotasks = true
  private readonly current: AsyncLocalStorage<number> | undefined

  /** `beforeExit` closes the connection to the inspector. It is `undefined` if the worker is never cut. */
  constructor(beforeExit: (() => void) | undefined) {
    if (beforeExit === undefined) return
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
    // The first listener, before those of tasks.
    process.prependListener("exit", beforeExit)
  }

  /** Runs the code of a call. Everything that follows from it belongs to the call as well. */
  run<A, B>(target: number, f: (argument: A) => B, argument: A): B {
    return this.current === undefined ? f(argument) : this.current.run(target, f, argument)
  }
}

interface AsyncWrap {
  readonly clearAsyncIdStack: () => void
}

/**
 * With async_hooks in use, as always on Node.js 22, each reaction of a promise is recorded while it runs. A cut leaves the record behind,
 * and Node.js aborts the whole process when it finds it. So the records are cleared, as Node.js itself does after an uncaught error.
 * `false` if that function, which is not public, does not exist, as from Node.js 24 on.
 */
const forgetCallbacks = (): boolean => {
  const { noDeprecation } = process
  try {
    // Otherwise Node.js prints that `binding` is deprecated.
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
