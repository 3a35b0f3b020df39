import type { RunningStack } from "./runningStack.ts"

/** Questions of the parent to a worker whose JavaScript runs: expressions that are evaluated there. */
export interface Questions {
  /** The number of the call whose code runs, 0 if that is not known. */
  readonly onStack: () => number
  /** Whether the callback with that asynchronous ID is the one that runs. */
  readonly isCurrent: (asyncId: number) => boolean
  /** Whether Node.js has noted nothing that only the end of the code that runs would take off. */
  readonly isClear: () => boolean
  readonly runningStack: (atLeast: number) => RunningStack | null
}

/**
 * Where they are. Not under a symbol: an expression is evaluated also in frames of Node.js itself, some of which have a `Symbol` of their
 * own that cannot be reached from there.
 */
const key = "~effect-futures/thread/preemption"

export const setQuestions = (questions: Questions): void => {
  Object.defineProperty(globalThis, key, { value: questions, configurable: true })
}

const ask = (question: keyof Questions, argument = ""): string =>
  `globalThis[${JSON.stringify(key)}].${question}(${argument})`

export const onStackExpression = ask("onStack")
export const isCurrentExpression = (asyncId: string): string => ask("isCurrent", asyncId)
export const isClearExpression = ask("isClear")
export const runningStackExpression = (atLeast: number): string => ask("runningStack", `${atLeast}`)
