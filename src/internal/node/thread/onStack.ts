/** What the parent asks a paused worker for: the number of the call whose code runs, 0 if that is not known. */
export const onStackKey = "effect-futures/thread/onStack"

/** To be evaluated in the worker. */
export const onStackExpression = `globalThis[Symbol.for(${JSON.stringify(onStackKey)})]?.() ?? 0`

export const setOnStack = (which: () => number): void => {
  Object.defineProperty(globalThis, Symbol.for(onStackKey), { value: which, configurable: true })
}
