/** What `AsyncLocalStorage` and its like go by. */
export interface AsyncContext {
  runInAsyncScope<Args extends Array<unknown>>(f: (...args: Args) => void, self: unknown, ...args: Args): void
  emitDestroy(): void
  /** How many hold it. */
  holders: number
}

// Where there is no such module, there is nothing to keep. Effect's fibers find it in the same way.
const AsyncResource = (() => {
  try {
    return globalThis.process?.getBuiltinModule?.("node:async_hooks")?.AsyncResource
  } catch {
    return undefined
  }
})()

const Captured: (new (type: string) => AsyncContext) | undefined =
  AsyncResource === undefined
    ? undefined
    : class extends AsyncResource {
        holders = 1
      }

/** Where Node.js keeps what the stores hold, if it keeps that in one place, as from version 24 on. */
const frameKey = (() => {
  if (AsyncResource === undefined) return undefined
  const keys = Object.getOwnPropertySymbols(new AsyncResource("effect-futures/Task"))
  return keys.find(({ description }) => description === "context_frame")
})()

const frameOf = (context: AsyncContext): unknown => (context as unknown as Record<symbol, unknown>)[frameKey!]

let latest: AsyncContext | undefined = undefined

/**
 * The asynchronous context of the code that runs now.
 *
 * Most of the tasks that wait were submitted in the same one. They share it: what is kept for each of them costs memory, and
 * time to collect.
 */
export const captureAsyncContext = (): AsyncContext | undefined => {
  if (Captured === undefined) return undefined
  const captured = new Captured("effect-futures/Task")
  if (latest !== undefined && frameKey !== undefined && frameOf(latest) === frameOf(captured)) {
    captured.emitDestroy()
    latest.holders++
    return latest
  }
  latest = captured
  return captured
}

/** Calls `f` in a context that was captured, which is let go then. */
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
    if (--context.holders === 0) {
      if (latest === context) latest = undefined
      context.emitDestroy()
    }
  }
}
