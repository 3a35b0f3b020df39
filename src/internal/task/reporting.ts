/** The place for what a task says of itself. What is said after the end of the task is lost on it. */
export interface Reporter {
  /** Throws if the value cannot cross to where it is read. */
  report(value: unknown): void
}

/** The call of a function. */
class Invocation {
  readonly reporter: Reporter
  /** Whether its body runs, up to where it returns. */
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
    // A runtime without them: what follows a function's first `await` belongs to no call there.
    return undefined
  }
}

let storage: Storage | undefined
let latest: Invocation | undefined

/** Calls a function of a task: what the function says of itself goes to `reporter`, also after its first `await`. */
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

/** Where Effect keeps the fiber that runs. */
const currentFiberKey = "~effect/Fiber/currentFiber"

/** The task whose plain code runs here; `"fiber"` where it is the code of a fiber, which knows its own task. */
export const reporterHere = (): Reporter | "fiber" | undefined => {
  const invocation = storage?.getStore() ?? latest
  if (invocation?.isInBody === true) return invocation.reporter
  // A fiber may have been forked in a body, and go on long after that.
  return Reflect.get(globalThis, currentFiberKey) === undefined ? invocation?.reporter : "fiber"
}
