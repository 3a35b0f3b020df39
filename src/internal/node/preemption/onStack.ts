import type { PausedFrame } from "./PausedFrame.ts"

/**
 * What the parent asks a paused worker for: the number of the call whose code runs, 0 if that is not known.
 *
 * Not under a symbol: this is evaluated also in frames of Node.js itself, some of which have a `Symbol` of their own that
 * cannot be reached from there.
 */
const onStackKey = "~effect-futures/thread/onStack"

/** To be evaluated in the worker. */
export const onStackExpression = `globalThis[${JSON.stringify(onStackKey)}]()`

export const setOnStack = (which: () => number): void => {
  Object.defineProperty(globalThis, onStackKey, { value: which, configurable: true })
}

const isCurrentKey = "~effect-futures/thread/isCurrent"

/** To be evaluated in the worker: whether the callback with that asynchronous ID is the one that runs. */
export const isCurrentExpression = (asyncId: string): string =>
  `globalThis[${JSON.stringify(isCurrentKey)}](${asyncId})`

export const setIsCurrent = (isCurrent: (asyncId: number) => boolean): void => {
  Object.defineProperty(globalThis, isCurrentKey, { value: isCurrent, configurable: true })
}

const deepStackKey = "~effect-futures/thread/deepStack"

/** To be evaluated in the worker: its stack if that is deep, `null` if it is not. */
export const deepStackExpression = `globalThis[${JSON.stringify(deepStackKey)}]()`

export const setDeepStack = (deepStack: () => ReadonlyArray<PausedFrame> | null): void => {
  Object.defineProperty(globalThis, deepStackKey, { value: deepStack, configurable: true })
}
