import { isInFiber } from "../effectInternals.ts"

/** Takes the reports of a task. Reports after the end of the task are dropped. */
export interface Reporter {
  /** Throws if the value cannot cross to where it is read. */
  report(value: unknown): void
}

/** The call of a function. */
class Invocation {
  readonly reporter: Reporter
  /** Whether its body is running and has not returned. */
  isInBody = true

  constructor(reporter: Reporter) {
    this.reporter = reporter
  }
}

interface Storage {
  run<A>(invocation: Invocation, f: () => A): A
  getStore(): Invocation | undefined
}

interface AsyncHooks {
  readonly AsyncLocalStorage: new () => Storage
}

const makeStorage = (): Storage | undefined => {
  try {
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
    const hooks = process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined
    return hooks === undefined ? undefined : new hooks.AsyncLocalStorage()
  } catch {
    // Without `AsyncLocalStorage`, code after a function's first `await` belongs to no call.
    return undefined
  }
}

let storage: Storage | undefined
let latest: Invocation | undefined

/** Calls a function of a task. Its reports go to `reporter`, even after its first `await`. */
export const reportingTo = <A>(reporter: Reporter | undefined, invoke: () => A): A => {
  if (reporter === undefined) return invoke()
  const invocation = new Invocation(reporter)
  storage ??= makeStorage()
  if (storage !== undefined) {
    try {
      return storage.run(invocation, invoke)
    } finally {
      invocation.isInBody = false
    }
  }
  const before = latest
  latest = invocation
  try {
    return invoke()
  } finally {
    latest = before
    invocation.isInBody = false
  }
}

/** The reporter of the task whose plain code is running. `"fiber"` in the code of a fiber, which knows its own task. */
export const reporterHere = (): Reporter | "fiber" | undefined => {
  const invocation = storage?.getStore() ?? latest
  if (invocation?.isInBody === true) return invocation.reporter
  // A fiber that was forked in a body may go on long after that.
  return isInFiber() ? "fiber" : invocation?.reporter
}
