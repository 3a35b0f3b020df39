import { setTimeout } from "./timers.ts"

export type Timer = ReturnType<typeof setTimeout>

/** Timers of Node.js count no further, which is 24.8 days. What is longer they take for one millisecond. */
const longest = 2 ** 31 - 1

/** `setTimeout` for limits: one that no timer can count is no limit. */
export const after = (millis: number, f: () => void): Timer | undefined =>
  millis > longest ? undefined : setTimeout(f, millis)
