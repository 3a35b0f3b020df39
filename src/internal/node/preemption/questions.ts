import type { RunningStack } from "./runningStack.ts"

/** Questions of the parent to a worker whose JavaScript runs. They are expressions that are evaluated there. */
interface Questions {
  /** The number of the call whose code runs, 0 if that is not known. */
  readonly onStack: () => number
  /** Whether the callback with that asynchronous ID is running. */
  readonly isCurrent: (asyncId: number) => boolean
  /** Whether Node.js has no records that only the end of the running code would remove. */
  readonly isClear: () => boolean
  readonly runningStack: (atLeast: number) => RunningStack | null
}

/**
 * The name under which the questions are found. A symbol would not do: an expression may be evaluated in a frame of Node.js that has its
 * own `Symbol`.
 */
const key = "~effect-futures/preemption"

export const setQuestions = (questions: Questions): void => {
  Object.defineProperty(globalThis, key, { value: questions, configurable: true })
}

const ask = (question: keyof Questions, argument = ""): string =>
  `globalThis[${JSON.stringify(key)}].${question}(${argument})`

export const onStackExpression = ask("onStack")
export const isCurrentExpression = (asyncId: string): string => ask("isCurrent", asyncId)
export const isClearExpression = ask("isClear")
export const runningStackExpression = (atLeast: number): string => ask("runningStack", `${atLeast}`)
