/** What `AsyncLocalStorage` and its like go by. */
export interface AsyncContext {
  runInAsyncScope<Args extends Array<unknown>>(f: (...args: Args) => void, self: unknown, ...args: Args): void
  emitDestroy(): void
}

// Where there is no such module, there is nothing to keep. Effect's fibers find it in the same way.
const AsyncResource: (new (type: string) => AsyncContext) | undefined = (() => {
  try {
    return globalThis.process?.getBuiltinModule?.("node:async_hooks")?.AsyncResource
  } catch {
    return undefined
  }
})()

/** The asynchronous context of the code that runs now. */
export const captureAsyncContext = (): AsyncContext | undefined =>
  AsyncResource === undefined ? undefined : new AsyncResource("effect-futures/Task")

/** Calls `f` in a context that was captured, for the only time. */
export const runInAsyncContext = <Args extends Array<unknown>>(
  context: AsyncContext | undefined,
  f: (...args: Args) => void,
  self: unknown,
  ...args: Args
): void => {
  if (context === undefined) return f.apply(self, args)
  try {
    context.runInAsyncScope(f, self, ...args)
  } finally {
    context.emitDestroy()
  }
}
