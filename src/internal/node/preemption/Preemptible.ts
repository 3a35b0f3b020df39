import { AsyncLocalStorage, executionAsyncId } from "node:async_hooks"
import { deepStack } from "./deepStack.ts"
import { setDeepStack, setIsCurrent, setOnStack } from "./onStack.ts"
import type { PreemptionData } from "./Preemption.ts"
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
    setOnStack(() => {
      this.hasMicrotasks = false
      void Promise.resolve().then(() => (this.hasMicrotasks = true))
      return current.getStore() ?? 0
    })
    setIsCurrent((asyncId) => executionAsyncId() === asyncId)
    setDeepStack(deepStack)
    // The first to be told, before what tasks have to do there.
    process.prependListener("exit", () => new SendGate(data).shutAndWait())
  }

  /** Runs the code of a call. All that follows from it belongs to the call as well. */
  run<A, B>(target: number, f: (argument: A) => B, argument: A): B {
    return this.current === undefined ? f(argument) : this.current.run(target, f, argument)
  }
}
