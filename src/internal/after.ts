import { setTimeout } from "./timers.ts"

export type Timer = ReturnType<typeof setTimeout>

/** The longest time of a Node.js timer, which is 24.8 days. A longer one counts as one millisecond. */
const longest = 2 ** 31 - 1

/** `setTimeout` for limits. A limit that no timer can measure counts as no limit. */
export const after = (millis: number, f: () => void): Timer | undefined =>
  millis > longest ? undefined : setTimeout(f, millis)
